//! Discovery.

result_codes! {
    /// RFC 6902.
    PATCH_MALFORMED = "A142201", "patch is not a JSON Patch";
    /// RFC 6902 §5.
    PATCH_INAPPLICABLE = "A142202", "patch cannot be applied to the metadata";
}
