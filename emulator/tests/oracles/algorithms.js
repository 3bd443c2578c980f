// The algorithms of JOSE that the emulator supports.

const HMAC = ["HS256", "HS384", "HS512"];
/** The algorithms with a key pair. */
export const PUBLIC_KEY_SIGNATURES = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "ES256K", "EdDSA"],
];
export const SIGNATURES = [...HMAC, ...PUBLIC_KEY_SIGNATURES];

const AGREEMENTS = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"];
const PUBLIC_KEY_MANAGEMENT = ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256", ...AGREEMENTS];
const KEY_MANAGEMENT = [
  ...PUBLIC_KEY_MANAGEMENT,
  ...["A128KW", "A192KW", "A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW", "dir"],
];
const CONTENT_ENCRYPTION = [
  ...["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"],
  ...["A128GCM", "A192GCM", "A256GCM"],
];
const pairs = (algs) => algs.flatMap((alg) => CONTENT_ENCRYPTION.map((enc) => ({ alg, enc })));
/** All combinations of `alg` and `enc`. */
export const ENCRYPTIONS = pairs(KEY_MANAGEMENT);
export const PUBLIC_KEY_ENCRYPTIONS = pairs(PUBLIC_KEY_MANAGEMENT);
export const AGREEMENT_ENCRYPTIONS = pairs(AGREEMENTS);

export const isSymmetric = (alg) => /^(HS|A\d{3}|dir$)/.test(alg);

/** The name in the Authlete API of an `alg` or an `enc` of a JWE. */
export const settingOf = (name) => name.replaceAll(/[-+]/g, "_").toUpperCase();

/** The metadata of a service must list exactly the algorithms above. */
export function* unlisted(metadata) {
  const expected = {
    id_token_signing_alg_values_supported: [...SIGNATURES, "none"],
    authorization_signing_alg_values_supported: SIGNATURES,
    userinfo_signing_alg_values_supported: SIGNATURES,
    introspection_signing_alg_values_supported: SIGNATURES,
    request_object_signing_alg_values_supported: [...SIGNATURES, "none"],
    token_endpoint_auth_signing_alg_values_supported: SIGNATURES,
    dpop_signing_alg_values_supported: PUBLIC_KEY_SIGNATURES,
    id_token_encryption_alg_values_supported: KEY_MANAGEMENT,
    id_token_encryption_enc_values_supported: CONTENT_ENCRYPTION,
    request_object_encryption_alg_values_supported: KEY_MANAGEMENT,
    request_object_encryption_enc_values_supported: CONTENT_ENCRYPTION,
  };
  for (const [member, names] of Object.entries(expected)) {
    if (metadata[member]?.toSorted().join() !== names.toSorted().join()) yield member;
  }
}
