//! DPoP-bound access tokens (RFC 9449).

use crate::UrlError;
use crate::public_url::PublicUrl;

/// The common asymmetric algorithms, except RSA with PKCS #1 v1.5.
const ALGORITHMS: [&str; 7] = [
    "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA",
];

/// Settings of [`RequireAccessToken`](super::RequireAccessToken) for access tokens of the scheme `DPoP` (RFC 9449).
///
/// ```
/// use authlete_axum::Dpop;
///
/// let dpop = Dpop::new("https://api.example.com")?.algorithms(["ES256"]).nonce_required();
/// # Ok::<(), authlete_axum::UrlError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "pass it to RequireAccessToken::dpop"]
pub struct Dpop {
    base_url: PublicUrl,
    algorithms: Vec<String>,
    pub(super) is_nonce_required: bool,
    pub(super) is_required: bool,
}

impl Dpop {
    /// `base_url` is the public URL of your server, such as `https://api.example.com`. The path of the request is appended
    /// to it, and the `htu` of a proof must match the result. `Host` and `X-Forwarded-…` are ignored: clients can set them,
    /// and proxies change them.
    ///
    /// If a proxy strips a prefix from the path, append it here: `https://example.com/api`. Below [`axum::Router::nest`],
    /// the full path is used.
    ///
    /// # Errors
    /// `base_url` is not an absolute `https` or `http` URL, or it has user information, a query or a fragment.
    pub fn new(base_url: &str) -> Result<Self, UrlError> {
        Ok(Self {
            base_url: PublicUrl::parse("the base URL of Dpop", base_url)?,
            algorithms: ALGORITHMS.map(str::to_owned).into(),
            is_nonce_required: false,
            is_required: false,
        })
    }

    /// The proof algorithms (`alg`) to list in challenges and metadata. Default: the ES, PS and EdDSA algorithms.
    ///
    /// This only informs clients. Authlete checks the proof against the settings of the service.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.algorithms = algorithms.into_iter().map(Into::into).collect();
        self
    }

    /// Requires a nonce from Authlete in each proof (RFC 9449 §9). Default: the service setting `dpopNonceRequired`.
    ///
    /// A client without the current nonce gets the error `use_dpop_nonce` and the nonce in the header `DPoP-Nonce`.
    /// Successful responses have the header, too.
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
        self.base_url.join(path)
    }
}
