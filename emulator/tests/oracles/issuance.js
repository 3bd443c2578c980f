// The issuance of verifiable credentials (OpenID for Verifiable Credential Issuance 1.0), with a wallet.

import { PUBLIC_KEY_SIGNATURES } from "./algorithms.js";
import { sign } from "./jose.js";

export const CREDENTIAL_ISSUER = "https://issuer.example";

const PROOFS = { jwt: { proof_signing_alg_values_supported: PUBLIC_KEY_SIGNATURES } };

/** Lets the service issue credentials of these configurations, signed with these private keys. */
export async function enableIssuance(api, configurations, keys, metadata = {}) {
  const supported = Object.entries(configurations).map(([id, configuration]) => [
    id,
    { scope: id, proof_types_supported: PROOFS, ...configuration },
  ]);
  const { supportedScopes } = await api.service();
  const names = new Set([...supportedScopes.map(({ name }) => name), ...Object.keys(configurations)]);
  await api.configureService({
    verifiableCredentialsEnabled: true,
    oid4vciVersion: "1.0",
    credentialJwks: JSON.stringify({ keys }),
    credentialIssuerMetadata: {
      credentialIssuer: CREDENTIAL_ISSUER,
      credentialEndpoint: `${CREDENTIAL_ISSUER}/credential`,
      nonceEndpoint: `${CREDENTIAL_ISSUER}/nonce`,
      credentialsSupported: JSON.stringify(Object.fromEntries(supported)),
      ...metadata,
    },
    supportedScopes: [...names].map((name) => ({ name })),
  });
  await api.configureClient();
}

/** An access token for a configuration. */
export async function accessTokenFor(api, configuration) {
  const url = await api.authorize({ scope: configuration });
  return (await api.exchange(url.searchParams.get("code"))).access_token;
}

/** A credential request with a proof of possession of a key. */
export async function credentialRequest(api, configuration, alg, key) {
  const { cnonce } = await api.expect("OK", "/vci/nonce", {});
  const header = { typ: "openid4vci-proof+jwt", alg, jwk: key.public };
  const claims = { aud: CREDENTIAL_ISSUER, iat: Math.floor(Date.now() / 1000), nonce: cnonce };
  const proof = await sign(header, claims, key.private);
  return { credential_configuration_id: configuration, proofs: { jwt: [proof] } };
}

export const parseRequest = (api, accessToken, request) =>
  api.post("/vci/single/parse", { accessToken, requestContent: JSON.stringify(request) });

/** Issues a credential that is valid for `duration` seconds. */
export async function issueCredential(api, accessToken, request, { payload, duration, signingKeyId }) {
  const { info, resultMessage } = await parseRequest(api, accessToken, request);
  if (!info) throw new Error(resultMessage);
  const order = {
    requestIdentifier: info.identifier,
    credentialPayload: JSON.stringify(payload),
    credentialDuration: duration,
    signingKeyId,
  };
  const { responseContent } = await api.expect("OK", "/vci/single/issue", { accessToken, order });
  return JSON.parse(responseContent).credentials[0].credential;
}
