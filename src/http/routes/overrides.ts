import { describeOverrideProblem } from '../../flows/override-editor.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatOverride, formatOverridePreview } from '../format-site-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { problemOf } from '../problem-to-reply.ts';
import { readMacParameter } from '../read-mac-parameter.ts';
import { formatTimeOrNull } from '../schemas/common.ts';
import {
  OverrideAnswer,
  OverrideBody,
  OverrideList,
  OverrideParams,
  OverridePreviewAnswer,
  OverridePreviewBody,
} from '../schemas/override.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Overrides and templates';
/** Bytes; a text of the longest kind, each character written as \uXXXX. */
const LARGEST_BODY = 1_500_000;

/** The site's own native keys and templates. For administrators: overrides may hold passwords. */
export function addOverrideRoutes(app: ApiApp, { overrides }: WebDoors): void {
  app.get(
    '/overrides',
    {
      config: { role: 'admin' },
      schema: describeRoute({
        role: 'admin',
        tag: TAG,
        summary: 'The files that a site may lay over ours',
        answers: { 200: OverrideList },
      }),
    },
    async () => {
      const list = await overrides.list();
      return {
        items: list.map(({ vendorId, files, notes }) => ({
          vendor: vendorId,
          files: files.map(({ name, changedAt }) => ({ file: name, changedAt: formatTimeOrNull(changedAt) })),
          notes: notes.map(({ text }) => text),
        })),
      };
    },
  );

  app.get(
    '/overrides/:vendor/:file',
    {
      config: { role: 'admin' },
      schema: {
        params: OverrideParams,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: "One file: ours and the site's",
          answers: { 200: OverrideAnswer },
          problems: ['no-such-override', 'file-trouble'],
        }),
      },
    },
    async (request, reply) => {
      const { vendor, file } = request.params;
      const read = await overrides.read(vendor, file);
      if (!read.ok) return replyWithProblem(reply, problemOf(read.problem, describeOverrideProblem));
      return formatOverride(vendor, read.value);
    },
  );

  app.put(
    '/overrides/:vendor/:file',
    {
      config: { role: 'admin' },
      bodyLimit: LARGEST_BODY,
      schema: {
        params: OverrideParams,
        body: OverrideBody,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Put a file in the place of ours',
          description:
            'Only what is sound is written. Phones get it with their next fetch. The same again changes nothing.',
          answers: { 200: OverrideAnswer },
          problems: ['no-such-override', 'override-not-sound', 'changed-meanwhile', 'file-trouble'],
        }),
      },
    },
    async (request, reply) => {
      const { vendor, file } = request.params;
      const { text, version } = request.body;
      const order = { vendorId: vendor, name: file, text };
      const written = await overrides.write(order, { actor: actorOf(request), version });
      if (!written.ok) return replyWithProblem(reply, problemOf(written.problem, describeOverrideProblem));
      return formatOverride(vendor, written.value);
    },
  );

  app.delete(
    '/overrides/:vendor/:file',
    {
      config: { role: 'admin' },
      schema: {
        params: OverrideParams,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Use our file again',
          answers: { 200: OverrideAnswer },
          problems: ['no-such-override', 'file-trouble'],
        }),
      },
    },
    async (request, reply) => {
      const { vendor, file } = request.params;
      const removed = await overrides.remove(vendor, file, actorOf(request));
      if (!removed.ok) return replyWithProblem(reply, problemOf(removed.problem, describeOverrideProblem));
      return formatOverride(vendor, removed.value);
    },
  );

  app.post(
    '/overrides/:vendor/:file/preview',
    {
      config: { role: 'admin' },
      bodyLimit: LARGEST_BODY,
      schema: {
        params: OverrideParams,
        body: OverridePreviewBody,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'What a phone would fetch with this file',
          description: 'Nothing is written.',
          answers: { 200: OverridePreviewAnswer },
          problems: ['no-such-override', 'override-not-sound', 'file-trouble'],
        }),
      },
    },
    async (request, reply) => {
      const { vendor, file } = request.params;
      const { text, mac } = request.body;
      const phone = mac === undefined ? undefined : readMacParameter(mac);
      if (phone?.ok === false) return replyWithProblem(reply, phone.problem);
      const preview = await overrides.preview({ vendorId: vendor, name: file, text }, phone?.value);
      if (!preview.ok) return replyWithProblem(reply, problemOf(preview.problem, describeOverrideProblem));
      return formatOverridePreview(preview.value);
    },
  );
}
