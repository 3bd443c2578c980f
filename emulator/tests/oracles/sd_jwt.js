// Credentials as SD-JWT VCs, with key binding, and as JWTs of the W3C data model.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { PUBLIC_KEY_SIGNATURES } from "./algorithms.js";
import {
  CREDENTIAL_ISSUER,
  accessTokenFor,
  credentialRequest,
  enableIssuance,
  issueCredential,
  parseRequest,
} from "./issuance.js";
import { headerOf, sign, verify } from "./jose.js";
import { signingKey } from "./keys.js";
import { tampered } from "./tampered.js";
import { check, rejectsEach } from "./tally.js";

const VCT = "https://issuer.example/degree";
const VERIFIER = "https://verifier.example";
const DURATION = 3600;
const CLAIMS = {
  sub: "alice",
  given_name: "Alice",
  address: { locality: "Tokyo", region: { name: "Kanto" } },
  nationalities: ["JP", "DE"],
};
const CONFIGURATIONS = {
  degree: { format: "dc+sd-jwt", vct: VCT, cryptographic_binding_methods_supported: ["jwk"] },
  diploma: {
    format: "jwt_vc_json",
    credential_definition: { type: ["VerifiableCredential", "Diploma"] },
    cryptographic_binding_methods_supported: ["jwk"],
  },
};
const decode = (text) => JSON.parse(Buffer.from(text, "base64url"));
const seconds = () => Math.floor(Date.now() / 1000);

/** The package for SD-JWT VCs, with the keys of an issuer and of a holder. */
function packageFor(alg, issuerKey, holderKey) {
  const isSigned = async (data, signature, key) => {
    await verify(alg, `${data}.${signature}`, key);
    return true;
  };
  return new SDJwtVcInstance({
    hasher: (data, hash) => createHash(hash.replace("-", "")).update(data).digest(),
    hashAlg: "sha-256",
    verifier: (data, signature) => isSigned(data, signature, issuerKey),
    kbVerifier: (data, signature, payload) => isSigned(data, signature, payload.cnf.jwk),
    kbSignAlg: alg,
    kbSigner: async (data) => {
      const [header, payload] = data.split(".").map(decode);
      const token = await sign(header, payload, holderKey);
      assert.equal(token.slice(0, data.length), data, "the same JSON");
      return token.split(".")[2];
    },
  });
}

async function sdJwt(api, alg, issuerKey, holderKey) {
  const accessToken = await accessTokenFor(api, "degree");
  const request = await credentialRequest(api, "degree", alg, holderKey);
  for (const proof of tampered(request.proofs.jwt[0])) {
    const refused = await parseRequest(api, accessToken, { ...request, proofs: { jwt: [proof] } });
    assert.match(refused.responseContent, /invalid_proof/);
  }
  const credential = await issueCredential(api, accessToken, request, {
    payload: { vct: VCT, ...CLAIMS },
    duration: DURATION,
    signingKeyId: alg,
  });
  const sdJwtVc = packageFor(alg, issuerKey.public, holderKey.private);

  const { payload, header } = await sdJwtVc.verify(credential);
  assert.equal(header.typ, "dc+sd-jwt");
  const { iss, vct, cnf, iat, exp, ...claims } = payload;
  assert.deepEqual({ iss, vct, ...claims }, { iss: CREDENTIAL_ISSUER, vct: VCT, ...CLAIMS });
  assert.deepEqual(cnf.jwk, holderKey.public);
  assert.equal(exp, iat + DURATION);
  await assert.rejects(sdJwtVc.verify(credential, { currentDate: exp + 1 }), /expired/);

  // The holder discloses a part, and proves possession of its key.
  const binding = { nonce: "n-1", aud: VERIFIER, iat: seconds() };
  const frame = { given_name: true, address: { region: { name: true } }, nationalities: { 1: true } };
  const presentation = await sdJwtVc.present(credential, frame, { kb: { payload: binding } });
  const options = { keyBindingNonce: "n-1", requiredClaimKeys: ["given_name"] };
  const presented = await sdJwtVc.verify(presentation, options);
  const { given_name, address, nationalities } = presented.payload;
  const disclosed = { given_name: "Alice", address: { region: { name: "Kanto" } }, nationalities: ["DE"] };
  assert.deepEqual({ given_name, address, nationalities }, disclosed);
  assert.equal(presented.payload.sub, undefined);
  assert.equal(presented.kb.payload.aud, VERIFIER);

  // The issuer's signature, a disclosure that is not the issuer's, and the signature of the holder.
  const [jwt, ...rest] = credential.split("~");
  await rejectsEach(tampered(jwt), (variant) => sdJwtVc.verify([variant, ...rest].join("~")));
  const disclosure = rest.find((text) => text && decode(text)[1] === "given_name");
  const forged = Buffer.from(JSON.stringify([decode(disclosure)[0], "given_name", "Mallory"])).toString("base64url");
  const changed = await sdJwtVc.verify(credential.replace(disclosure, forged));
  assert.equal(changed.payload.given_name, undefined);
  const parts = presentation.split("~");
  const bindingJwt = parts.pop();
  const rebound = tampered(bindingJwt).map((variant) => [...parts, variant].join("~"));
  await rejectsEach(rebound, (variant) => sdJwtVc.verify(variant, options));
}

async function jwtVc(api, alg, issuerKey, holderKey) {
  const accessToken = await accessTokenFor(api, "diploma");
  const request = await credentialRequest(api, "diploma", alg, holderKey);
  const vc = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    type: ["VerifiableCredential", "Diploma"],
    credentialSubject: { id: "did:example:alice" },
  };
  const credential = await issueCredential(api, accessToken, request, {
    payload: { vc },
    duration: DURATION,
    signingKeyId: alg,
  });
  const claims = JSON.parse(await verify(alg, credential, issuerKey.public));
  assert.equal(headerOf(credential).typ, "JWT");
  assert.deepEqual(claims.vc, vc);
  assert.equal(claims.iss, CREDENTIAL_ISSUER);
  assert.deepEqual(claims.cnf.jwk, holderKey.public);
  assert.equal(claims.exp, claims.iat + DURATION);
  await rejectsEach(tampered(credential), (variant) => verify(alg, variant, issuerKey.public));
}

export async function sdJwts(api) {
  const issuerKeys = new Map(PUBLIC_KEY_SIGNATURES.map((alg) => [alg, signingKey(alg)]));
  const holderKeys = new Map(PUBLIC_KEY_SIGNATURES.map((alg) => [alg, signingKey(alg)]));
  await enableIssuance(api, CONFIGURATIONS, [...issuerKeys.values()].map((key) => key.private));
  for (const alg of PUBLIC_KEY_SIGNATURES) {
    const keys = [issuerKeys.get(alg), holderKeys.get(alg)];
    const name = `${alg}, ${api.version}`;
    await check("SD-JWT VC: algorithms of credentials with key binding verified", name, () => sdJwt(api, alg, ...keys));
    await check("JWT VC: algorithms of credentials verified", name, () => jwtVc(api, alg, ...keys));
  }
}
