// Signs, verifies, encrypts and decrypts with third-party packages, with all algorithms that the emulator has.
//
// A key is a JWK, a JWK Set, or the bytes of a secret.

import * as jose from "jose";
import * as other from "./other_algorithms.js";

const bytes = (text) => new TextEncoder().encode(text);
const isSecret = (key) => key instanceof Uint8Array;

/** Keys that are ready for an algorithm: it takes longer to import a key than to use it. */
const ready = new WeakMap();

function imported(key, alg) {
  if (isSecret(key)) return key;
  const byAlgorithm = ready.get(key) ?? new Map();
  ready.set(key, byAlgorithm);
  const known = byAlgorithm.get(alg) ?? (key.keys ? jose.createLocalJWKSet(key) : jose.importJWK(key, alg));
  byAlgorithm.set(alg, known);
  return known;
}

export async function sign(header, claims, key) {
  const payload = JSON.stringify(claims);
  if (other.isOther(header.alg)) return other.call("sign", { header, payload, key });
  const signer = new jose.CompactSign(bytes(payload)).setProtectedHeader(header);
  return signer.sign(await imported(key, header.alg));
}

/** The payload, if the signature is one of the key with this algorithm. */
export async function verify(alg, token, key) {
  if (other.isOther(alg)) return other.call("verify", { alg, token, key });
  const { payload } = await jose.compactVerify(token, await imported(key, alg), { algorithms: [alg] });
  return new TextDecoder().decode(payload);
}

export async function encrypt(header, payload, key) {
  if (other.isOther(header.alg)) return other.call("encrypt", { header, payload, key });
  const encrypter = new jose.CompactEncrypt(bytes(payload)).setProtectedHeader(header);
  return encrypter.encrypt(await imported(key, header.alg));
}

/** The plaintext, if it is encrypted for the key with these algorithms. */
export async function decrypt({ alg, enc }, token, key) {
  if (other.isOther(alg)) return other.call("decrypt", { alg, enc, token, key });
  const allowed = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] };
  const { plaintext } = await jose.compactDecrypt(token, await imported(key, alg), allowed);
  return new TextDecoder().decode(plaintext);
}

export const headerOf = (token) => jose.decodeProtectedHeader(token);
