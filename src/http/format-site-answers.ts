import type { DiffLine } from '../core/diff-lines.ts';
import type { SiteComparison } from '../flows/compare-site.ts';
import type { OverridePreview, OverrideText } from '../flows/override-editor.ts';
import type { Resyncs } from '../flows/resync-later.ts';
import { formatTime, formatTimeOrNull } from './schemas/common.ts';
import type { OverrideAnswer, OverridePreviewAnswer } from './schemas/override.ts';
import type { ResyncsAnswer, SitePreviewAnswer } from './schemas/site-preview.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatComparison({
  phones,
  changed,
  broken,
  isExact,
  notes,
  example,
}: SiteComparison): SitePreviewAnswer {
  return {
    phones,
    changed: changed.length,
    changedPhones: [...changed],
    broken: broken.map(({ mac, reason }) => ({ mac, reason: reason.text })),
    exact: isExact,
    notes: notes.map(({ text }) => text),
    example: example && { mac: example.mac, file: example.file, diff: formatDiff(example.lines) },
  };
}

export function formatResyncs(resyncs: Resyncs): ResyncsAnswer {
  const run = resyncs.run();
  const plan = resyncs.plan();
  return {
    run: run && {
      by: run.by,
      startedAt: formatTime(run.startedAt),
      endedAt: formatTimeOrNull(run.endedAt),
      phones: run.phones,
      asked: run.asked,
      fetched: run.fetched,
      stuck: run.stuck,
      skipped: run.skipped,
    },
    plan: plan && { at: formatTime(plan.at), phones: plan.macs.length, by: plan.by },
  };
}

export function formatOverride(vendor: string, { name, ours, site, version }: OverrideText): OverrideAnswer {
  return { vendor, file: name, ours, site, version };
}

export function formatOverridePreview({ mac, files, notes }: OverridePreview): OverridePreviewAnswer {
  return {
    mac,
    files: files.map(({ file, text, lines }) => ({ file, text, diff: formatDiff(lines) })),
    notes: notes.map(({ text }) => text),
  };
}

function formatDiff(lines: readonly (DiffLine | null)[]): OverridePreviewAnswer['files'][number]['diff'] {
  return lines.map((line) => (line === null ? { kind: 'skipped', text: '' } : { kind: line.kind, text: line.text }));
}
