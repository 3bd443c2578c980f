// Keys of clients and wallets.

import { createHash, generateKeyPairSync } from "node:crypto";

const CURVES = { ES256: "P-256", ES384: "P-384", ES512: "P-521", ES256K: "secp256k1" };

const pair = (type, options, members) => {
  const { privateKey, publicKey } = generateKeyPairSync(type, options);
  const jwk = (key) => ({ ...key.export({ format: "jwk" }), ...members });
  return { private: jwk(privateKey), public: jwk(publicKey) };
};

/** A new key pair for a signature algorithm, as JWKs. */
export function signingKey(alg) {
  const members = { kid: alg, use: "sig", alg };
  if (alg === "EdDSA") return pair("ed25519", {}, members);
  const namedCurve = CURVES[alg];
  return namedCurve ? pair("ec", { namedCurve }, members) : pair("rsa", { modulusLength: 2048 }, members);
}

/** A new key pair for RSA encryption, as JWKs. */
export const rsaEncryptionKey = () => pair("rsa", { modulusLength: 2048 }, { kid: "rsa", use: "enc" });

/** A new key pair for ECDH-ES, as JWKs. */
export function agreementKey(curve) {
  const members = { kid: curve, use: "enc" };
  return curve === "X25519" ? pair("x25519", {}, members) : pair("ec", { namedCurve: curve }, members);
}

/** The key of a symmetric encryption algorithm (OpenID Connect Core 1.0 §10.2). */
export function derivedKey(secret, { alg, enc }) {
  const [, size, cbc] = (alg === "dir" ? enc : alg).match(/^A(\d{3})(CBC)?/);
  const bits = cbc ? 2 * size : Number(size);
  const hash = bits <= 256 ? "sha256" : `sha${bits}`;
  return new Uint8Array(createHash(hash).update(secret).digest().subarray(0, bits / 8));
}
