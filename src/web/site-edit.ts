import type { Site } from '../core/site.ts';
import { readSiteChange } from '../http/read-site-change.ts';
import type { SiteBody } from '../http/schemas/site.ts';
import type { Form } from './read-form.ts';

/** The edit of a body that the page has judged itself. Throws where the API does not take it: then the page has judged wrong. */
export function mustReadSiteChange(body: SiteBody, before: Site): (site: Site) => Site {
  const edit = readSiteChange(body, before, []);
  if (!edit.ok) throw new Error(`the form took what the API does not: ${JSON.stringify(edit.problem)}`);
  return edit.value;
}

/** What this form was filled in from is not what is there now: applying it would take back what somebody else did. */
export function isStale(form: Form, site: Site): boolean {
  return form.get('revision') !== String(site.revision);
}
