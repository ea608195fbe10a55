// Signing in by what a 401 says: challenge, metadata of the resource and of the issuer, registration, code with PKCE, token, retry.
// Arguments: sdk1 or sdk2, URL of /mcp.
import { assert, done } from './check.mjs';

const [sdk, url] = process.argv.slice(2);
const { Client } = await import(sdk === 'sdk1' ? '@modelcontextprotocol/sdk/client/index.js' : '@modelcontextprotocol/client');
const { StreamableHTTPClientTransport } = await import(
  sdk === 'sdk1' ? '@modelcontextprotocol/sdk/client/streamableHttp.js' : '@modelcontextprotocol/client');
const { UnauthorizedError } = await import(sdk === 'sdk1' ? '@modelcontextprotocol/sdk/client/auth.js' : '@modelcontextprotocol/client');

const redirect = 'http://localhost:3000/callback';
const kept = {};
let asked;
const provider = {
  redirectUrl: redirect,
  clientMetadata: { client_name: 'test', redirect_uris: [redirect], token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], response_types: ['code'] },
  clientInformation: () => kept.client,
  saveClientInformation: client => { kept.client = client; },
  tokens: () => kept.tokens,
  saveTokens: tokens => { kept.tokens = tokens; },
  redirectToAuthorization: to => { asked = to; },
  saveCodeVerifier: verifier => { kept.verifier = verifier; },
  codeVerifier: () => kept.verifier,
};

const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
const first = transport();
await assert.rejects(new Client({ name: 'test', version: '1' }).connect(first), UnauthorizedError);

// The challenge and the metadata have led here, with the resource and the scope that they name.
assert.equal(asked.searchParams.get('resource'), url);
assert.equal(asked.searchParams.get('scope'), 'mcp:tools');
assert.equal(asked.searchParams.get('code_challenge_method'), 'S256');
const answer = await fetch(asked, { redirect: 'manual' });
const back = new URL(answer.headers.get('location')).searchParams;
await first.finishAuth(sdk === 'sdk1' ? back.get('code') : back);

const client = new Client({ name: 'test', version: '1' });
const second = transport();
await client.connect(second);
const { structuredContent } = await client.callTool({ name: 'model_info', arguments: {} });
assert.ok(structuredContent.id);
await second.terminateSession();
await client.close();

// Without the token the session alone opens nothing.
const bare = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' });
assert.equal(bare.status, 401);
done('oauth');
