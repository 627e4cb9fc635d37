import { expect } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { nameSecrets } from '../peers/known-secrets.ts';
import { SECRETS } from './web-world.ts';

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // Tests look into answers freely.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests assert
  readonly json: any;
}

export interface ApiCall {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export type ApiClient = (method: string, path: string, call?: ApiCall) => Promise<ApiResponse>;

/** Calls the API without a network. Every answer is searched for every secret of the world. */
export function createClient(app: ApiApp, standardToken: string, moreSecrets: readonly string[] = []): ApiClient {
  nameSecrets(moreSecrets);
  return async (method, path, { token = standardToken, body, headers = {} } = {}) => {
    const response = await app.inject({
      method: method as 'GET',
      url: path,
      headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    for (const secret of [...SECRETS, ...moreSecrets]) expect(response.body).not.toContain(secret);
    const isJson = /json/.test(String(response.headers['content-type']));
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      json: isJson && response.body !== '' ? response.json() : undefined,
    };
  };
}

/** Asserts the shape of RFC 9457 and returns the document. */
export function expectProblem(response: ApiResponse, status: number, kind: string) {
  expect(response.json).toMatchObject({
    type: `urn:problem-type:plugtone:${kind}`,
    status,
    title: expect.stringMatching(/./),
    detail: expect.stringMatching(/./),
  });
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  return response.json;
}
