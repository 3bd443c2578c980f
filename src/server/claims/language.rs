//! Languages of claims (OpenID Connect Core 1.0 §5.2).

/// The name of a claim and its language tag; `None` if one of them is empty.
pub fn split(name: &str) -> Option<(&str, Option<&str>)> {
    let (base, tag) = match name.split_once('#') {
        Some((base, tag)) => (base, Some(tag)),
        None => (name, None),
    };
    (!base.is_empty() && tag != Some("")).then_some((base, tag))
}

/// The name without a language tag.
pub fn base(name: &str) -> &str {
    name.split_once('#').map_or(name, |(base, _)| base)
}

/// The tag, followed by less specific tags as fallbacks: `zh-Hant-TW`, `zh-Hant`, `zh` (RFC 4647 §3.4).
pub fn lookup(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| shorten(tag)).filter(|tag| !tag.is_empty())
}

fn shorten(tag: &str) -> Option<&str> {
    let (rest, _) = tag.rsplit_once('-')?;
    // A single-letter subtag introduces the subtags after it, and is removed with them.
    Some(match rest.rsplit_once('-') {
        Some((before, single)) if single.len() == 1 => before,
        _ => rest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookup_drops_subtags_from_the_end() {
        let tags = |tag| lookup(tag).collect::<Vec<_>>();
        assert_eq!(tags("zh-Hant-TW"), ["zh-Hant-TW", "zh-Hant", "zh"]);
        assert_eq!(tags("en-x-private"), ["en-x-private", "en"]);
        assert_eq!(tags("ja"), ["ja"]);
        assert_eq!(tags("-"), ["-"]);
        assert!(tags("").is_empty());
    }

    #[test]
    fn claim_name_with_an_empty_base_or_tag_is_rejected() {
        assert_eq!(split("name"), Some(("name", None)));
        assert_eq!(split("name#ja"), Some(("name", Some("ja"))));
        for name in ["", "#", "#ja", "name#"] {
            assert_eq!(split(name), None, "{name}");
        }
    }
}
