// What clients send: request objects, client assertions and DPoP proofs.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ENCRYPTIONS, PUBLIC_KEY_SIGNATURES, SIGNATURES, isSymmetric } from "./algorithms.js";
import { ISSUER, form } from "./api.js";
import { encrypt, sign } from "./jose.js";
import { derivedKey, signingKey } from "./keys.js";
import { tampered } from "./tampered.js";
import { check } from "./tally.js";

const TOKEN_ENDPOINT = "https://as.example/token";
const seconds = () => Math.floor(Date.now() / 1000);

/** The keys of the client by algorithm. */
const keys = new Map(PUBLIC_KEY_SIGNATURES.map((alg) => [alg, signingKey(alg)]));
const jwks = JSON.stringify({ keys: [...keys.values()].map((key) => key.public) });

/** Signs as the client. */
function signAsClient(api, alg, claims) {
  if (isSymmetric(alg)) return sign({ alg }, claims, new TextEncoder().encode(api.secret));
  return sign({ alg, kid: alg }, claims, keys.get(alg).private);
}

const requestObject = (api, alg) =>
  signAsClient(api, alg, {
    iss: api.clientId,
    aud: ISSUER,
    exp: seconds() + 60,
    ...api.authorizationRequest({ scope: "openid", state: "in the object" }),
  });

async function sendRequestObject(api, request) {
  // Only the object has a redirect URI and a state.
  const parameters = form({ client_id: api.clientId, request, response_type: "code", scope: "openid" });
  return api.post("/auth/authorization", { parameters });
}

async function assertRequestAccepted(api, request) {
  const answer = await sendRequestObject(api, request);
  assert.equal(answer.action, "INTERACTION", answer.resultMessage);
  const issue = { ticket: answer.ticket, subject: "alice" };
  const { responseContent } = await api.expect("LOCATION", "/auth/authorization/issue", issue);
  assert.equal(new URL(responseContent).searchParams.get("state"), "in the object");
}

async function assertRequestRefused(api, request) {
  const answer = await sendRequestObject(api, request);
  assert.notEqual(answer.action, "INTERACTION", "accepted although tampered with");
  assert.match(answer.responseContent, /invalid_request_object/);
}

export async function requestObjects(api) {
  await api.configureClient({ jwks });
  for (const alg of SIGNATURES) {
    await check("JWS: algorithms of request objects accepted", `${alg}, ${api.version}`, async () => {
      const signed = await requestObject(api, alg);
      await assertRequestAccepted(api, signed);
      for (const variant of tampered(signed)) await assertRequestRefused(api, variant);
    });
  }

  const published = (await api.get("/service/jwks/get")).keys.filter(({ use }) => use === "enc");
  const keyFor = ({ alg, enc }) =>
    isSymmetric(alg)
      ? derivedKey(api.secret, { alg, enc })
      : published.find(({ kty }) => kty === (alg.startsWith("RSA") ? "RSA" : "EC"));
  for (const pair of ENCRYPTIONS) {
    const name = `${pair.alg}, ${pair.enc}, ${api.version}`;
    await check("JWE: alg × enc of request objects accepted", name, async () => {
      const key = keyFor(pair);
      const header = { ...pair, cty: "JWT", ...(key.kid && { kid: key.kid }) };
      const signed = await requestObject(api, "ES256");
      const encrypted = await encrypt(header, signed, key);
      await assertRequestAccepted(api, encrypted);
      for (const variant of tampered(encrypted)) await assertRequestRefused(api, variant);
      const [, badSignature] = tampered(signed);
      await assertRequestRefused(api, await encrypt(header, badSignature, key));
    });
  }
}

export async function clientAssertions(api) {
  for (const alg of SIGNATURES) {
    await check("JWS: algorithms of client assertions accepted", `${alg}, ${api.version}`, async () => {
      const method = isSymmetric(alg) ? "CLIENT_SECRET_JWT" : "PRIVATE_KEY_JWT";
      await api.configureClient({ jwks, tokenAuthMethod: method });
      const [iss, sub] = [api.clientId, api.clientId];
      const claims = { iss, sub, aud: TOKEN_ENDPOINT, exp: seconds() + 60, jti: randomUUID() };
      const assertion = await signAsClient(api, alg, claims);
      const request = (assertion) => ({
        parameters: form({
          grant_type: "client_credentials",
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: assertion,
        }),
      });
      for (const variant of tampered(assertion)) {
        await api.expect("INVALID_CLIENT", "/auth/token", request(variant));
      }
      await api.expect("OK", "/auth/token", request(assertion));
      await api.expect("INVALID_CLIENT", "/auth/token", request(assertion));
    });
  }
}

export async function dpopProofs(api) {
  await api.configureClient();
  for (const alg of PUBLIC_KEY_SIGNATURES) {
    await check("JWS: algorithms of DPoP proofs accepted", `${alg}, ${api.version}`, async () => {
      const key = keys.get(alg);
      const claims = { htm: "POST", htu: TOKEN_ENDPOINT, iat: seconds(), jti: randomUUID() };
      const proof = await sign({ typ: "dpop+jwt", alg, jwk: key.public }, claims, key.private);
      const request = (dpop) => ({
        parameters: form({ grant_type: "client_credentials" }),
        clientId: api.clientId,
        clientSecret: api.secret,
        dpop,
        htm: "POST",
        htu: TOKEN_ENDPOINT,
      });
      for (const variant of tampered(proof)) {
        const refused = await api.expect("BAD_REQUEST", "/auth/token", request(variant));
        assert.match(refused.responseContent, /invalid_dpop_proof/);
      }
      const { responseContent } = await api.expect("OK", "/auth/token", request(proof));
      assert.equal(JSON.parse(responseContent).token_type, "DPoP");
    });
  }
}
