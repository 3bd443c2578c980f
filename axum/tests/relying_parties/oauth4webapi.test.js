// The flows of `oauth4webapi`. ISSUER is the issuer URL of the server, and SERVER its name in server.js.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as oauth from "oauth4webapi";
import { Browser } from "./browser.js";
import { REDIRECT_URI } from "./keys.js";
import { subject } from "./server.js";

const issuer = new URL(process.env.ISSUER);
const SECRET = "client-secret-with-at-least-32-characters";
const insecure = { [oauth.allowInsecureRequests]: true };
const client = { client_id: "web", id_token_signed_response_alg: "ES256" };
const authentication = oauth.ClientSecretBasic(SECRET);

async function discover(algorithm) {
  const response = await oauth.discoveryRequest(issuer, { algorithm, ...insecure });
  return oauth.processDiscoveryResponse(issuer, response);
}

async function tokens(server, scope) {
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope,
    state: "state",
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const answer = await new Browser(process.env.ISSUER).authorize(url);
  const parameters = oauth.validateAuthResponse(server, client, answer, "state");
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, REDIRECT_URI, verifier, insecure,
  );
  return oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
}

test("discovery at both paths is the same document", async () => {
  const [openid, oauth2] = [await discover("oidc"), await discover("oauth2")];
  assert.deepEqual(openid, oauth2);
  assert.equal(openid.authorization_response_iss_parameter_supported, true);
});

test("code flow, signature of the ID token and UserInfo", async () => {
  const server = await discover("oidc");
  const issued = await tokens(server, "openid email");
  const { sub } = oauth.getValidatedIdTokenClaims(issued);
  assert.equal(sub, subject("alice"));
  const response = await oauth.userInfoRequest(server, client, issued.access_token, insecure);
  const claims = await oauth.processUserInfoResponse(server, client, sub, response);
  assert.equal(claims.email, "alice@example.com");
});

test("introspection as JSON and as a signed JWT", async () => {
  const server = await discover("oidc");
  const { access_token: token } = await tokens(server, "openid");
  const api = { client_id: "api", introspection_signed_response_alg: "ES256" };
  const secret = oauth.ClientSecretBasic("api-secret");
  for (const requestJwtResponse of [false, true]) {
    const response = await oauth.introspectionRequest(server, api, secret, token, { requestJwtResponse, ...insecure });
    const media = response.headers.get("content-type");
    assert.equal(media.includes("jwt"), requestJwtResponse, media);
    if (requestJwtResponse) {
      // `aud` is the URI of the resource server.
      const resource = { ...api, client_id: "https://api.example.com" };
      const info = await oauth.processIntrospectionResponse(server, resource, response);
      assert.equal(info.active, true);
    } else {
      const info = await oauth.processIntrospectionResponse(server, api, response);
      assert.equal(info.sub, subject("alice"));
    }
  }
  const unknown = await oauth.introspectionRequest(server, api, oauth.ClientSecretBasic("wrong"), token, insecure);
  assert.equal(unknown.status, 401);
});

test("revocation", async () => {
  const server = await discover("oidc");
  const { access_token: token } = await tokens(server, "openid");
  const revoked = await oauth.revocationRequest(server, client, authentication, token, insecure);
  await oauth.processRevocationResponse(revoked);
  const response = await oauth.userInfoRequest(server, client, token, insecure);
  await assert.rejects(oauth.processUserInfoResponse(server, client, subject("alice"), response), oauth.WWWAuthenticateChallengeError);
});
