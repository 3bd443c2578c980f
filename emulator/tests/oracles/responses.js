// The JWTs that a service issues: ID tokens, access tokens, logout tokens, and authorization responses (JARM), UserInfo and
// introspection responses.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { AGREEMENT_ENCRYPTIONS, ENCRYPTIONS, SIGNATURES, isSymmetric, settingOf } from "./algorithms.js";
import { ISSUER, form } from "./api.js";
import { decrypt, headerOf, verify } from "./jose.js";
import { agreementKey, derivedKey, rsaEncryptionKey } from "./keys.js";
import { tampered } from "./tampered.js";
import { check, rejectsEach } from "./tally.js";

const RESOURCE_SERVER = "https://rs.example";
const NONCE = "n-0S6_WzA2Mj";
const STATE = "af0ifjsldkj";
const TYPES = {
  "access token": "at+jwt",
  "introspection response": "token-introspection+jwt",
  "logout token": "logout+jwt",
};
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** The left half of the hash (OpenID Connect Core 1.0 §3.1.3.6), with SHA-512 for Ed25519. */
const halfHash = (alg, value) => {
  const size = alg === "EdDSA" ? "512" : alg.match(/\d+/)[0];
  const digest = createHash(`sha${size}`).update(value).digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
};

function assertClaims(claims, expected) {
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(claims[name], value, name);
}

function assertLifetime({ iat, exp }) {
  const now = Date.now() / 1000;
  assert.ok(iat <= now && now < exp, `issued at ${iat}, expires at ${exp}, now ${now}`);
}

const logoutToken = async (api) => {
  const logout = { clientIdentifier: api.clientId, subject: "alice" };
  return (await api.expect("OK", "/backchannel/logout/token", logout)).logoutToken;
};

/** All JWTs of a hybrid flow and of the calls after it. `read` gets the kind of a JWT and the JWT, and returns its claims. */
async function flow(api, read, introspection) {
  const parameters = { response_type: "code id_token token", response_mode: "jwt", nonce: NONCE, state: STATE };
  const url = await api.authorize({ ...parameters, scope: "openid" });
  const response = new URLSearchParams(url.hash.slice(1)).get("response");
  const authorization = await read("authorization response", response);
  const { code, access_token: accessToken, id_token: hybrid } = authorization;
  const tokens = await api.exchange(code);
  const claims = JSON.stringify({ email: "alice@as.example" });
  const userInfo = { token: tokens.access_token, claims };
  const introspectionRequest = {
    parameters: form({ token: tokens.access_token }),
    httpAcceptHeader: "application/token-introspection+jwt",
    rsUri: RESOURCE_SERVER,
    ...introspection,
  };
  const content = async (action, path, body) => (await api.expect(action, path, body)).responseContent;
  return {
    authorization,
    hybrid: { claims: await read("ID token", hybrid), code, accessToken },
    idToken: { claims: await read("ID token", tokens.id_token), accessToken: tokens.access_token },
    accessToken: tokens.access_token,
    userInfo: await read("UserInfo response", await content("JWT", "/auth/userinfo/issue", userInfo)),
    introspection: await read(
      "introspection response",
      await content("JWT", "/auth/introspection/standard", introspectionRequest),
    ),
    logout: await read("logout token", await logoutToken(api)),
  };
}

/** What the JWTs must say, whichever algorithms protect them. */
function assertFlow(alg, api, issued) {
  const aud = api.clientId;
  const { authorization, hybrid, idToken, userInfo, introspection, logout } = issued;
  assertClaims(authorization, { iss: ISSUER, aud, state: STATE });
  const now = Date.now() / 1000;
  assert.ok(now < authorization.exp, "the authorization response has expired");
  for (const { claims, accessToken } of [hybrid, idToken]) {
    const atHash = halfHash(alg, accessToken);
    assertClaims(claims, { iss: ISSUER, aud: [aud], sub: "alice", nonce: NONCE, at_hash: atHash });
    assertLifetime(claims);
  }
  const hashes = { c_hash: halfHash(alg, hybrid.code), s_hash: halfHash(alg, STATE) };
  assertClaims(hybrid.claims, hashes);
  assertClaims(userInfo, { iss: ISSUER, aud, sub: "alice", email: "alice@as.example" });
  assertClaims(introspection, { iss: ISSUER, aud: RESOURCE_SERVER });
  assertClaims(introspection.token_introspection, { active: true, sub: "alice", client_id: aud });
  assertClaims(logout, { iss: ISSUER, aud: [aud], sub: "alice", events: { [EVENT]: {} } });
  assertLifetime(logout);
}

/** The signature algorithms. */
export async function signatures(api) {
  const keys = await api.get("/service/jwks/get");
  const secret = new TextEncoder().encode(api.secret);
  for (const alg of SIGNATURES) {
    const key = isSymmetric(alg) ? secret : keys;
    await check("JWS: algorithms of issued JWTs verified", `${alg}, ${api.version}`, async () => {
      await api.configureClient({ idTokenSignAlg: alg, authorizationSignAlg: alg, userInfoSignAlg: alg });
      // Access tokens are for resource servers, which have no secret of a client.
      await api.configureService({ accessTokenSignAlg: isSymmetric(alg) ? undefined : alg });
      const kinds = new Set();
      const read = async (kind, token) => {
        kinds.add(kind);
        assert.equal(headerOf(token).typ, TYPES[kind], kind);
        await rejectsEach(tampered(token), (variant) => verify(alg, variant, key));
        return JSON.parse(await verify(alg, token, key));
      };
      const introspection = { introspectionSignAlg: alg, sharedKeyForSign: api.secret };
      const issued = await flow(api, read, introspection);
      assertFlow(alg, api, issued);
      if (!isSymmetric(alg)) {
        const claims = await read("access token", issued.accessToken);
        assertClaims(claims, { iss: ISSUER, sub: "alice", client_id: api.clientId, scope: "openid" });
        assertLifetime(claims);
      }
      assert.equal(kinds.size, isSymmetric(alg) ? 5 : 6);
    });
  }
  await api.configureService({ accessTokenSignAlg: undefined });
}

/** Lets the service encrypt for the client: to its key, or with a key derived from its secret. */
function configureEncryption(api, { alg, enc }, key) {
  const settings = Object.fromEntries(
    ["idToken", "authorization", "userInfo"].flatMap((kind) => [
      [`${kind}SignAlg`, "ES256"],
      [`${kind}EncryptionAlg`, settingOf(alg)],
      [`${kind}EncryptionEnc`, settingOf(enc)],
    ]),
  );
  return api.configureClient({ ...settings, jwks: key && JSON.stringify({ keys: [key.public] }) });
}

/** Decrypts and verifies JWTs. Returns the claims. */
async function open(pair, token, key, serviceKeys) {
  assert.equal(headerOf(token).cty, "JWT");
  return JSON.parse(await verify("ES256", await decrypt(pair, token, key), serviceKeys));
}

/** The encryption algorithms. */
export async function encryptions(api) {
  const serviceKeys = await api.get("/service/jwks/get");
  const [rsa, ec] = [rsaEncryptionKey(), agreementKey("P-256")];
  const keyFor = (alg) => (isSymmetric(alg) ? undefined : alg.startsWith("RSA") ? rsa : ec);
  for (const pair of ENCRYPTIONS) {
    const name = `${pair.alg}, ${pair.enc}, ${api.version}`;
    await check("JWE: alg × enc of issued JWTs decrypted", name, async () => {
      const key = keyFor(pair.alg);
      await configureEncryption(api, pair, key);
      const decryptionKey = key?.private ?? derivedKey(api.secret, pair);
      const introspection = {
        introspectionSignAlg: "ES256",
        introspectionEncryptionAlg: settingOf(pair.alg),
        introspectionEncryptionEnc: settingOf(pair.enc),
        ...(key ? { publicKeyForEncryption: JSON.stringify(key.public) } : { sharedKeyForEncryption: api.secret }),
      };
      const read = (kind, token) => open(pair, token, decryptionKey, serviceKeys);
      assertFlow("ES256", api, await flow(api, read, introspection));
      const variants = tampered(await logoutToken(api));
      await rejectsEach(variants, (variant) => decrypt(pair, variant, decryptionKey));
    });
  }

  for (const curve of ["P-384", "P-521", "X25519"]) {
    const key = agreementKey(curve);
    for (const pair of AGREEMENT_ENCRYPTIONS) {
      const name = `${curve}, ${pair.alg}, ${pair.enc}, ${api.version}`;
      await check("JWE: alg × enc on the other curves of ECDH-ES decrypted", name, async () => {
        await configureEncryption(api, pair, key);
        const token = await logoutToken(api);
        assertClaims(await open(pair, token, key.private, serviceKeys), { sub: "alice" });
        await rejectsEach(tampered(token), (variant) => decrypt(pair, variant, key.private));
      });
    }
  }
}
