import { renewPorts, searchRouter, testPorts } from '../../flows/order-internet.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatAddressHistory, formatExternalAddress, formatMappingTests } from '../format-internet.ts';
import { formatPortMappings } from '../format-port-mappings.ts';
import { DEFAULT_LIMIT } from '../schemas/common.ts';
import { AddressHistory, AddressHistoryQuery, ExternalAddressAnswer } from '../schemas/external-address.ts';
import { MappingTests, PortMappingsAnswer } from '../schemas/port-mappings.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Internet';

/** Open ports and the external address. What is wanted stands in the site's `internet`. */
export function addInternetRoutes(app: ApiApp, doors: WebDoors): void {
  const { office, internet, clock } = doors;
  const portMappings = () => formatPortMappings(internet.readKeeper(), office.site().internet);

  app.get(
    '/external-address',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'The external address of the office, and what each source says of it',
        answers: { 200: ExternalAddressAnswer },
      }),
    },
    async () => formatExternalAddress(internet.readAddress()),
  );

  app.get(
    '/external-address/history',
    {
      config: { role: 'viewer' },
      schema: {
        querystring: AddressHistoryQuery,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'The external addresses that the office had, newest first',
          answers: { 200: AddressHistory },
        }),
      },
    },
    async (request) => {
      const { limit = DEFAULT_LIMIT } = request.query;
      return formatAddressHistory(await internet.listAddresses(limit), clock());
    },
  );

  app.get(
    '/port-mappings',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'The router, and the ports that are open or should be',
        answers: { 200: PortMappingsAnswer },
      }),
    },
    async () => portMappings(),
  );

  app.post(
    '/upnp/search',
    {
      config: { role: 'technician' },
      schema: describeRoute({
        role: 'technician',
        tag: TAG,
        summary: 'Look for routers again, and restore all mappings',
        description: 'Answers when that is done: up to some ten seconds.',
        answers: { 200: PortMappingsAnswer },
      }),
    },
    async (request) => {
      await searchRouter(doors, actorOf(request));
      return portMappings();
    },
  );

  app.post(
    '/port-mappings/renew',
    {
      config: { role: 'technician' },
      schema: describeRoute({
        role: 'technician',
        tag: TAG,
        summary: 'Renew all mappings now',
        answers: { 200: PortMappingsAnswer },
      }),
    },
    async (request) => {
      await renewPorts(doors, actorOf(request));
      return portMappings();
    },
  );

  app.post(
    '/port-mappings/test',
    {
      config: { role: 'technician' },
      schema: describeRoute({
        role: 'technician',
        tag: TAG,
        summary: 'Test the open ports from here',
        description: 'None of it proves that the Internet comes through: only somebody outside can. Changes nothing.',
        answers: { 200: MappingTests },
      }),
    },
    async (request) => formatMappingTests(await testPorts(doors, actorOf(request))),
  );
}
