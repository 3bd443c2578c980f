//! Access tokens that are bound to a key of the client (RFC 9449).

use crate::UrlError;
use crate::public_url::PublicUrl;

/// The asymmetric algorithms that are in common use, but for PKCS #1 v1.5.
const ALGORITHMS: [&str; 7] = [
    "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA",
];

/// How [`RequireAccessToken`](super::RequireAccessToken) takes access tokens of the scheme `DPoP` (RFC 9449).
///
/// ```
/// use authlete_axum::Dpop;
///
/// let dpop = Dpop::at("https://api.example.com")?.algorithms(["ES256"]).nonce_required();
/// # Ok::<(), authlete_axum::UrlError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "give it to RequireAccessToken::dpop"]
pub struct Dpop {
    base_url: PublicUrl,
    algorithms: Vec<String>,
    pub(super) is_nonce_required: bool,
    pub(super) is_required: bool,
}

impl Dpop {
    /// `base_url` is the public URL of your server, such as `https://api.example.com`. The path of the request is appended
    /// to it, and the `htu` of a proof has to be the result. `Host` and `X-Forwarded-…` are not read: a client can set
    /// them, and a proxy changes them.
    ///
    /// Where a proxy removes a prefix from the path, add it: `https://example.com/api`. Below [`axum::Router::nest`] the
    /// whole path counts.
    ///
    /// # Errors
    /// It is not an absolute `https` or `http` URL, or it has user information, a query or a fragment.
    pub fn at(base_url: &str) -> Result<Self, UrlError> {
        Ok(Self {
            base_url: PublicUrl::parse("the base URL of Dpop", base_url)?,
            algorithms: ALGORITHMS.map(str::to_owned).into(),
            is_nonce_required: false,
            is_required: false,
        })
    }

    /// The algorithms (`alg`) of proofs that challenges and metadata name. Default: the ES, PS and EdDSA algorithms.
    ///
    /// This is information for clients. Authlete checks the proof, by the settings of the service.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.algorithms = algorithms.into_iter().map(Into::into).collect();
        self
    }

    /// Demands a nonce of Authlete in each proof (RFC 9449 §9). Default: the service's setting `dpopNonceRequired`.
    ///
    /// A client without the current nonce gets the error `use_dpop_nonce` and the nonce in the header `DPoP-Nonce`. Each
    /// later response has the header as well.
    pub fn nonce_required(mut self) -> Self {
        self.is_nonce_required = true;
        self
    }

    /// Refuses access tokens of the scheme `Bearer`. Default: both schemes are accepted.
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(super) fn algorithm_names(&self) -> &[String] {
        &self.algorithms
    }

    /// `htu` of the proof for a request (RFC 9449 §4.2).
    pub(super) fn url(&self, path: &str) -> String {
        self.base_url.below(path)
    }
}
