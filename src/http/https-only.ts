import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * What everybody may read in the clear: whoever has no certificate yet fetches it here, with the style of its page; whoever watches
 * the appliance need not trust it.
 */
const OPEN = /^\/(?:ca|healthz|assets)(?:[/?]|$)/;

// RFC 3986 3.2.2: what we send back of the Host header is a name or an address, and nothing else.
const HOST = /^(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])$/;

/** An onRequest hook: who comes without TLS is sent to the port with it (308: the same method again, RFC 9110 15.4.9). `port`: undefined until it is open. */
export function createHttpsOnly(port: () => number | undefined) {
  return async function sendToHttps(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const target = port();
    if (target === undefined || request.protocol === 'https' || OPEN.test(request.url)) return undefined;
    const asked = request.hostname;
    const host = HOST.test(asked) ? asked : (request.socket.localAddress ?? 'localhost').replace(/^::ffff:/, '');
    const authority = target === 443 ? host : `${host}:${target}`;
    return reply.redirect(`https://${authority}${request.url.startsWith('/') ? request.url : '/'}`, 308);
  };
}
