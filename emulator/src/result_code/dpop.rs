//! Proofs of possession, by a DPoP key or by a certificate, at every endpoint that takes them.

result_codes! {
    /// RFC 9449 §4.2.
    DPOP_PROOF_MALFORMED = "A254301", "the DPoP proof is not a JWT of the type dpop+jwt";
    /// RFC 9449 §4.2.
    DPOP_KEY_MISSING = "A254302", "the DPoP proof has no public key in jwk";
    /// RFC 9449 §4.3.
    DPOP_SIGNATURE_WRONG = "A254303", "the DPoP proof is not signed with the key in it";
    /// RFC 9449 §4.3.
    DPOP_METHOD = "A254304", "htm of the DPoP proof is not the method of the request, or the call does not say which that is";
    /// RFC 9449 §4.3.
    DPOP_URL = "A254305", "htu of the DPoP proof is not the URL of the request, or neither the call nor the service says which that is";
    /// RFC 9449 §4.3.
    DPOP_TIME = "A254306", "iat of the DPoP proof is missing, too long ago or too far ahead";
    /// Published.
    DPOP_NONCE = "A254307", "the DPoP proof does not contain the nonce that it needs";
    /// RFC 9449 §4.2.
    DPOP_ID_MISSING = "A254308", "the DPoP proof has no jti";
    /// RFC 9449 §11.1.
    DPOP_REPLAYED = "A254309", "the DPoP proof was used before";
    /// RFC 9449 §4.3.
    DPOP_TOKEN = "A254310", "ath of the DPoP proof is missing, or is not that of the access token";
    /// RFC 9449 §5.2.
    DPOP_PROOF_MISSING = "A254311", "the client has to send a DPoP proof";
    /// RFC 9449 §10.
    DPOP_KEY_OF_CODE = "A254312", "the authorization code is bound to another DPoP key";
    /// RFC 9449 §5.
    DPOP_KEY_OF_REFRESH_TOKEN = "A254313", "the refresh token is bound to another DPoP key";
    /// RFC 8705 §4.
    REFRESH_TOKEN_CERTIFICATE = "A254314", "the refresh token is bound to another certificate";
    /// RFC 8705 §3.4.
    CERTIFICATE_TO_BIND_MISSING = "A254315", "the client has to come with the certificate that its tokens are bound to";
    /// Published.
    DPOP_NONCE_AT_PAR = "A350308", "the DPoP proof does not contain the nonce that it needs";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN = "A065307", "the access token is bound to another certificate";
    /// Published.
    DPOP_PROOF_OF_TOKEN_MISSING = "A065308", "the access token is bound to a DPoP key, and there is no DPoP proof";
    /// RFC 9449 §7.1.
    DPOP_KEY_OF_TOKEN = "A065309", "the access token is bound to another DPoP key";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN_AT_USERINFO = "A089310", "the access token is bound to another certificate";
    /// Published.
    DPOP_PROOF_OF_TOKEN_MISSING_AT_USERINFO = "A089311", "the access token is bound to a DPoP key, and there is no DPoP proof";
    /// Published.
    DPOP_KEY_OF_TOKEN_AT_USERINFO = "A089312", "the access token is bound to another DPoP key";
    /// Published.
    DPOP_TOKEN_AT_USERINFO = "A089313", "ath of the DPoP proof is missing, or is not that of the access token";
}
