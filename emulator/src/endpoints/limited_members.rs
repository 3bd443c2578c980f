//! The limited members of clients and services in responses outside of their management APIs.

use crate::json::Object;

/// The members of a client in the lists of tokens and of authorizations.
const CLIENT: [&str; 9] = [
    "number",
    "clientName",
    "clientNames",
    "description",
    "descriptions",
    "clientId",
    "clientIdAlias",
    "clientIdAliasEnabled",
    "clientType",
];

/// The further members of a client in the response to an authorization request. The published description does not list
/// `clientUri` and `clientUris`; the consent pages of Authlete's own servers read them.
const CLIENT_OF_AUTHORIZATION: [&str; 40] = [
    "authTimeRequired",
    "automaticallyRegistered",
    "bcUserCodeRequired",
    "clientSource",
    "clientUri",
    "clientUris",
    "createdAt",
    "credentialResponseEncryptionRequired",
    "defaultMaxAge",
    "discoveredByMetadataDocument",
    "dpopRequired",
    "dynamicallyRegistered",
    "entityId",
    "explicitlyRegistered",
    "frontChannelRequestObjectEncryptionRequired",
    "inScopeForTokenMigration",
    "locked",
    "logoUri",
    "logoUris",
    "metadataDocumentExpiresAt",
    "metadataDocumentLocation",
    "metadataDocumentUpdatedAt",
    "modifiedAt",
    "mtlsEndpointAliasesUsed",
    "parRequired",
    "pkceRequired",
    "pkceS256Required",
    "policyUri",
    "policyUris",
    "requestObjectEncryptionAlgMatchRequired",
    "requestObjectEncryptionEncMatchRequired",
    "requestObjectRequired",
    "rsRequestSigned",
    "serviceNumber",
    "singleAccessTokenPerSubject",
    "tlsClientCertificateBoundAccessTokens",
    "tosUri",
    "tosUris",
    "trustChainExpiresAt",
    "trustChainUpdatedAt",
];

/// The members of a service in the response to an authorization request.
const SERVICE: [&str; 5] = [
    "number",
    "serviceName",
    "description",
    "apiKey",
    "clientIdAliasEnabled",
];

/// A client in the lists of tokens and of authorizations.
pub fn client(settings: &Object) -> Object {
    only(settings, &CLIENT)
}

/// The client of an authorization request.
pub fn client_of_authorization(settings: &Object) -> Object {
    let mut members = client(settings);
    members.extend(only(settings, &CLIENT_OF_AUTHORIZATION));
    members
}

/// The service of an authorization request.
pub fn service(settings: &Object) -> Object {
    only(settings, &SERVICE)
}

fn only(settings: &Object, names: &[&str]) -> Object {
    let members = names
        .iter()
        .filter_map(|name| settings.get_key_value(*name));
    members
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::described;

    #[test]
    fn members_are_those_of_the_description() {
        for name in CLIENT.iter().chain(&CLIENT_OF_AUTHORIZATION) {
            assert!(described("Client").contains_key(*name), "{name}");
        }
        for name in SERVICE {
            assert!(described("Service").contains_key(name), "{name}");
        }
    }
}
