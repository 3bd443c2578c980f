//! The client certificate, from the source that the caller selects.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::HeaderName;
use percent_encoding::percent_decode_str;

use super::{RequestCredentialsError, single_value};

/// The source of the client certificate of a request.
///
/// Use a header only if your proxy sets it on **every** request, and removes the header that a client has sent, and if
/// clients cannot reach your server without that proxy. Otherwise a client can claim any certificate.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum ClientCertificateSource {
    /// There are no client certificates.
    #[default]
    None,
    /// Your server terminates TLS itself: the certificate chain of the client in DER, starting with its own certificate.
    /// Empty if the client presented none.
    Tls(Vec<Vec<u8>>),
    /// `Client-Cert` and `Client-Cert-Chain` (RFC 9440).
    ClientCert,
    /// A header with the certificate as percent-encoded PEM, from `$ssl_client_escaped_cert` of nginx.
    Nginx(HeaderName),
    /// A header with the certificate as PEM with spaces instead of line breaks, from
    /// `%{SSL_CLIENT_CERT}s` of Apache httpd. `(null)` means that there is none.
    Apache(HeaderName),
    /// `X-Forwarded-Client-Cert` of Envoy, with `Cert` and optionally `Chain`. The last element is used, which the
    /// nearest proxy has added.
    ///
    /// Configure Envoy to add `cert` and `chain` (`set_current_client_cert_details`), but not `uri` and `dns`: it does not
    /// quote those, and the owner of a certificate chooses their text.
    Envoy,
    /// `X-Amzn-Mtls-Clientcert` of an AWS Application Load Balancer in passthrough mode, or `X-Amzn-Mtls-Clientcert-Leaf`
    /// in verify mode. A request with both is rejected: the load balancer sets one of them, and a client could have
    /// sent the other.
    AwsAlb,
}

/// Shows only the variant, because certificates are personal data.
impl fmt::Debug for ClientCertificateSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("None"),
            Self::Tls(chain) => write!(formatter, "Tls({} certificates)", chain.len()),
            Self::ClientCert => formatter.write_str("ClientCert"),
            Self::Nginx(name) => write!(formatter, "Nginx({name})"),
            Self::Apache(name) => write!(formatter, "Apache({name})"),
            Self::Envoy => formatter.write_str("Envoy"),
            Self::AwsAlb => formatter.write_str("AwsAlb"),
        }
    }
}

/// A client certificate in PEM, with its issuer certificates as far as they are known.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientCertificate {
    /// The certificate of the client.
    pub certificate: String,
    /// The issuer certificates, in order from the client's certificate to the root.
    pub chain: Vec<String>,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientCertificate")
            .field("chain", &self.chain.len())
            .finish_non_exhaustive()
    }
}

const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
const CLIENT_CERT_CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");
const XFCC: HeaderName = HeaderName::from_static("x-forwarded-client-cert");
const ALB: HeaderName = HeaderName::from_static("x-amzn-mtls-clientcert");
const ALB_LEAF: HeaderName = HeaderName::from_static("x-amzn-mtls-clientcert-leaf");

impl ClientCertificateSource {
    pub(super) fn read(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<ClientCertificate>, RequestCredentialsError> {
        let certificates = match self {
            Self::None => return Ok(None),
            Self::Tls(chain) => Some(chain.iter().map(|der| pem(der)).collect()),
            Self::ClientCert => client_cert(headers)?,
            Self::Nginx(name) => single_value(headers, name)?
                .filter(|it| !it.is_empty())
                .map(escaped),
            Self::Apache(name) => single_value(headers, name)?
                .filter(|it| !it.is_empty() && *it != "(null)")
                .map(pems),
            Self::Envoy => envoy(headers)?,
            Self::AwsAlb => match (
                single_value(headers, &ALB)?,
                single_value(headers, &ALB_LEAF)?,
            ) {
                (Some(_), Some(_)) => return Err(RequestCredentialsError::Certificate),
                (one, other) => one.or(other).map(escaped),
            },
        };
        let Some(certificates) = certificates else {
            return Ok(None);
        };
        let is_from_tls = matches!(self, Self::Tls(_));
        let mut certificates: std::vec::IntoIter<String> = certificates.into_iter();
        match certificates.next() {
            Some(certificate) => Ok(Some(ClientCertificate {
                certificate,
                chain: certificates.collect(),
            })),
            None if is_from_tls => Ok(None),
            None => Err(RequestCredentialsError::Certificate),
        }
    }
}

/// RFC 9440 §2: byte sequences of structured fields.
fn client_cert(headers: &HeaderMap) -> Result<Option<Vec<String>>, RequestCredentialsError> {
    let Some(leaf) = single_value(headers, &CLIENT_CERT)? else {
        return Ok(None);
    };
    let mut certificates = vec![byte_sequence(leaf)?];
    // A list may be split into several header fields.
    for field in headers.get_all(CLIENT_CERT_CHAIN) {
        let field = field
            .to_str()
            .map_err(|_| RequestCredentialsError::Certificate)?;
        for item in field.split(',').filter(|item| !item.trim().is_empty()) {
            certificates.push(byte_sequence(item)?);
        }
    }
    Ok(Some(certificates))
}

fn byte_sequence(text: &str) -> Result<String, RequestCredentialsError> {
    // Structured fields may have parameters; RFC 9440 defines none.
    let text = text.split(';').next().unwrap_or_default().trim();
    let inner = text
        .strip_prefix(':')
        .and_then(|text| text.strip_suffix(':'));
    let der = inner.and_then(|text| BASE64_STANDARD.decode(text).ok());
    match der {
        Some(der) if !der.is_empty() => Ok(pem(&der)),
        _ => Err(RequestCredentialsError::Certificate),
    }
}

/// `Hash=…;Cert="…";Chain="…",…`, as Envoy documents it. Quoted values may contain separators and escaped quotes.
///
/// The client controls some of the text: other values of the last element, such as the subject of its certificate, and the
/// elements before it. Ambiguous text is rejected.
fn envoy(headers: &HeaderMap) -> Result<Option<Vec<String>>, RequestCredentialsError> {
    let Some(field) = headers.get_all(XFCC).iter().next_back() else {
        return Ok(None);
    };
    let field = field
        .to_str()
        .map_err(|_| RequestCredentialsError::Certificate)?;
    let element = split_unquoted(field, ',')?.pop().unwrap_or_default();
    let (mut leaf, mut chain) = (None, None);
    for pair in split_unquoted(element, ';')? {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = value.trim().trim_matches('"');
        let member = match name.trim() {
            name if name.eq_ignore_ascii_case("Cert") => &mut leaf,
            name if name.eq_ignore_ascii_case("Chain") => &mut chain,
            _ => continue,
        };
        if member.replace(escaped(value)).is_some() {
            return Err(RequestCredentialsError::Certificate);
        }
    }
    let Some(mut certificates) = leaf else {
        return Ok(None);
    };
    // The chain begins with the certificate of the client.
    for certificate in chain.unwrap_or_default() {
        if !certificates.contains(&certificate) {
            certificates.push(certificate);
        }
    }
    Ok(Some(certificates))
}

/// Splits a text at separators outside of quotes. An unclosed quote is an error, because it makes the parts ambiguous.
fn split_unquoted(text: &str, separator: char) -> Result<Vec<&str>, RequestCredentialsError> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text.split(|character| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match character {
            '\\' => is_escaped = !was_escaped,
            '"' if !was_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        character == separator && !is_quoted
    });
    let parts = parts.collect();
    match is_quoted {
        true => Err(RequestCredentialsError::Certificate),
        false => Ok(parts),
    }
}

fn escaped(text: &str) -> Vec<String> {
    pems(&percent_decode_str(text).decode_utf8_lossy())
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates of a PEM text, whose line breaks may have become spaces or tabs.
fn pems(text: &str) -> Vec<String> {
    let blocks = text.split(BEGIN).skip(1);
    let bodies = blocks.filter_map(|block| block.split_once(END));
    let bodies = bodies.map(|(body, _)| body.split_whitespace().collect::<String>());
    bodies
        .filter_map(|body| BASE64_STANDARD.decode(body).ok())
        .filter(|der| !der.is_empty())
        .map(|der| pem(&der))
        .collect()
}

/// RFC 7468 §3.
fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let mut pem = String::with_capacity(text.len() + text.len() / 64 + 64);
    pem.push_str(BEGIN);
    pem.push('\n');
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, remaining) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = remaining;
    }
    pem.push_str(END);
    pem.push('\n');
    pem
}
