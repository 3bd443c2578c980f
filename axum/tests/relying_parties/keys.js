// Keys for tests only.

export const REDIRECT_URI = "https://client.example/callback";

export const PRIVATE_JWK = {
  kty: "EC",
  kid: "for-tests",
  crv: "P-256",
  x: "az_a2pSiRXcubpZfvu18UVvIGcqPmIAjmfmICizviRc",
  y: "w0n3JFa9lAp47RWpLeO6PuwyFW2w904a0qFXJxdkmAk",
  d: "3vArgJJkdBFipVUnXoxnEBDCliLUFWi2sVGl_2Rl70g",
};

const { d: _, ...publicMembers } = PRIVATE_JWK;
export const PUBLIC_JWK = { ...publicMembers, use: "sig", alg: "ES256" };

/** The self-signed certificate of `CN=mtls.example` in DER form, as a proxy forwards it after mutual TLS. */
export const CERTIFICATE =
  "MIIBhDCCASugAwIBAgIUJvJTZgQpBZyzKk7MsAqzlFIychcwCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMbXRscy5leGFtcGxlMCAXDTI2" +
  "MTEyNzEzMDY1MFoYDzIxMjYxMTAzMTMwNjUwWjAXMRUwEwYDVQQDDAxtdGxzLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC" +
  "AARxunPQTEosoPWlYoADXfRVN1DTJxdurTAzXOwdted1Rtzj3Trhqq7EJe59qArU53ZFN5aFKhvtsHSpqSGBc4IJo1MwUTAdBgNVHQ4E" +
  "FgQUFtLjl/91tZRheDJ9Usa48AJWkuQwHwYDVR0jBBgwFoAUFtLjl/91tZRheDJ9Usa48AJWkuQwDwYDVR0TAQH/BAUwAwEB/zAKBggq" +
  "hkjOPQQDAgNHADBEAiBHMuG83pD5VL/7dDLuXZQkk126asMh0CjB5iO2YX2+uAIgGs2Adw1JvAyxwxTaadk70Ot1PNChwgz2Tp1GynM0" +
  "c+0=";
