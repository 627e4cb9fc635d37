import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { createMetricsRegistry } from '../metrics-registry.ts';
import { oneOf } from '../schemas/common.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Health';

const METRICS_EXAMPLE =
  '# HELP plugtone_devices Known phones by state\n# TYPE plugtone_devices gauge\nplugtone_devices{state="pending"} 2\n';

function healthAnswer(status: 'ok' | 'starting', description: string) {
  return Type.Object(
    { status: oneOf(['ok', 'starting']), version: Type.String() },
    { description, examples: [{ status, version: '0.1.0' }] },
  );
}

/** For whoever watches the appliance: without token, without secrets. */
export function addHealthRoutes(
  app: ApiApp,
  { office, counters, internet, quarantine, isReady, version }: WebDoors,
): void {
  app.get(
    '/healthz',
    {
      schema: {
        tags: [TAG],
        summary: 'Is it up?',
        response: { 200: healthAnswer('ok', 'It hears and serves'), 503: healthAnswer('starting', 'Not yet') },
      },
    },
    async (_request, reply) => {
      const ready = isReady();
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'starting', version });
    },
  );

  const registry = createMetricsRegistry(office, counters, internet, quarantine);
  app.get(
    '/metrics',
    {
      schema: {
        tags: [TAG],
        summary: 'Counters in the format of Prometheus',
        produces: ['text/plain'],
        response: { 200: Type.String({ description: 'Text format 0.0.4', examples: [METRICS_EXAMPLE] }) },
      },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
}
