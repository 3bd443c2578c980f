// Credential requests that are encrypted to the issuer, and responses that are encrypted to the wallet (OpenID for
// Verifiable Credential Issuance 1.0 §10).

import assert from "node:assert/strict";
import { PUBLIC_KEY_ENCRYPTIONS, settingOf } from "./algorithms.js";
import { accessTokenFor, enableIssuance } from "./issuance.js";
import { decrypt, encrypt } from "./jose.js";
import { agreementKey, rsaEncryptionKey, signingKey } from "./keys.js";
import { tampered } from "./tampered.js";
import { check, rejectsEach } from "./tally.js";

const VCT = "https://issuer.example/ticket";
const CONFIGURATION = { format: "dc+sd-jwt", vct: VCT, proof_types_supported: undefined };

const newKeys = () => ({ RSA: rsaEncryptionKey(), ECDH: agreementKey("P-256") });
const keyFor = (keys, alg) => keys[alg.startsWith("RSA") ? "RSA" : "ECDH"];
const settings = (names) => [...new Set(names)].map(settingOf);

export async function credentialEncryptions(api) {
  const [issuerKeys, walletKeys] = [newKeys(), newKeys()];
  const [algs, encs] = ["alg", "enc"].map((name) => settings(PUBLIC_KEY_ENCRYPTIONS.map((pair) => pair[name])));
  const requestKeys = Object.values(issuerKeys).map((key) => key.private);
  await enableIssuance(api, { ticket: CONFIGURATION }, [signingKey("ES256").private], {
    credentialRequestEncryptionJwks: JSON.stringify({ keys: requestKeys }),
    credentialRequestEncryptionEncValuesSupported: encs,
    credentialResponseEncryptionAlgValuesSupported: algs,
    credentialResponseEncryptionEncValuesSupported: encs,
    requireCredentialRequestEncryption: true,
    requireCredentialResponseEncryption: true,
  });
  const accessToken = await accessTokenFor(api, "ticket");
  for (const { alg, enc } of PUBLIC_KEY_ENCRYPTIONS) {
    const name = `${alg}, ${enc}, ${api.version}`;
    await check("JWE: alg × enc of credential requests accepted and responses decrypted", name, async () => {
      const [issuerKey, walletKey] = [issuerKeys, walletKeys].map((keys) => keyFor(keys, alg));
      const request = {
        credential_configuration_id: "ticket",
        credential_response_encryption: { jwk: { ...walletKey.public, alg }, enc },
      };
      const header = { alg, enc, kid: issuerKey.public.kid };
      const requestContent = await encrypt(header, JSON.stringify(request), issuerKey.public);
      for (const variant of tampered(requestContent)) {
        const parse = { accessToken, requestContent: variant };
        const refused = await api.expect("BAD_REQUEST", "/vci/single/parse", parse);
        assert.match(refused.responseContent, /invalid_encryption_parameters/);
      }
      const { info } = await api.expect("OK", "/vci/single/parse", { accessToken, requestContent });
      const order = { requestIdentifier: info.identifier, credentialPayload: JSON.stringify({ vct: VCT }) };
      const issue = { accessToken, order };
      const { responseContent } = await api.expect("OK_JWT", "/vci/single/issue", issue);
      const response = JSON.parse(await decrypt({ alg, enc }, responseContent, walletKey.private));
      assert.match(response.credentials[0].credential, /^[^~]+~$/);
      const variants = tampered(responseContent);
      await rejectsEach(variants, (variant) => decrypt({ alg, enc }, variant, walletKey.private));
    });
  }
}
