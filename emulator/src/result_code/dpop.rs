//! Proofs of possession, by a DPoP key or by a certificate, at every endpoint that takes them.

result_codes! {
    /// RFC 9449 §4.2.
    DPOP_PROOF_MALFORMED = published "A254301", "the DPoP proof is not a JWT of the type dpop+jwt";
    /// RFC 9449 §4.2.
    DPOP_KEY_MISSING = own "A906301", "the DPoP proof has no public key in jwk";
    /// RFC 9449 §4.3.
    DPOP_SIGNATURE_WRONG = own "A906302", "the DPoP proof is not signed with the key in it";
    /// RFC 9449 §4.3.
    DPOP_METHOD = own "A906303", "htm of the DPoP proof is not the method of the request, or the call does not say which that is";
    /// RFC 9449 §4.3.
    DPOP_URL = own "A906304", "htu of the DPoP proof is not the URL of the request, or neither the call nor the service says which that is";
    /// RFC 9449 §4.3.
    DPOP_TIME = own "A906305", "iat of the DPoP proof is missing, too long ago or too far ahead";
    /// Published.
    DPOP_NONCE = own "A906306", "the DPoP proof does not contain the nonce that it needs";
    /// RFC 9449 §4.2.
    DPOP_ID_MISSING = own "A906307", "the DPoP proof has no jti";
    /// RFC 9449 §11.1.
    DPOP_REPLAYED = own "A906308", "the DPoP proof was used before";
    /// RFC 9449 §4.3.
    DPOP_TOKEN = own "A906309", "ath of the DPoP proof is missing, or is not that of the access token";
    /// RFC 9449 §5.2.
    DPOP_PROOF_MISSING = own "A906310", "the client has to send a DPoP proof";
    /// RFC 9449 §10.
    DPOP_KEY_OF_CODE = own "A906311", "the authorization code is bound to another DPoP key";
    /// RFC 9449 §5.
    DPOP_KEY_OF_REFRESH_TOKEN = own "A906312", "the refresh token is bound to another DPoP key";
    /// RFC 8705 §4.
    REFRESH_TOKEN_CERTIFICATE = own "A906313", "the refresh token is bound to another certificate";
    /// RFC 8705 §3.4.
    CERTIFICATE_TO_BIND_MISSING = own "A906314", "the client has to come with the certificate that its tokens are bound to";
    /// Published.
    DPOP_NONCE_AT_PAR = own "A906315", "the DPoP proof does not contain the nonce that it needs";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN = own "A906316", "the access token is bound to another certificate";
    /// Published.
    DPOP_PROOF_OF_TOKEN_MISSING = published "A065308", "the access token is bound to a DPoP key, and there is no DPoP proof";
    /// RFC 9449 §7.1.
    DPOP_KEY_OF_TOKEN = published "A065309", "the access token is bound to another DPoP key";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN_AT_USERINFO = published "A089310", "the access token is bound to another certificate";
    /// Published.
    DPOP_PROOF_OF_TOKEN_MISSING_AT_USERINFO = published "A089311", "the access token is bound to a DPoP key, and there is no DPoP proof";
    /// Published.
    DPOP_KEY_OF_TOKEN_AT_USERINFO = published "A089312", "the access token is bound to another DPoP key";
    /// Published.
    DPOP_TOKEN_AT_USERINFO = published "A089313", "ath of the DPoP proof is missing, or is not that of the access token";
}
