//! The flows in which the app polls the token endpoint while the user decides elsewhere: the device flow and CIBA.

use openidconnect::url::Url;

use super::discovery::Metadata;
use super::sections::Section;
use super::session::{DemoSession, PolledRequest};
use super::texts::{DemoTexts, Topic};

/// What the two flows differ in.
pub struct PolledFlow {
    pub path: &'static str,
    pub grant_type: &'static str,
    /// The parameter of the token request that identifies the request, and the member of the response that it comes from.
    pub code: &'static str,
    pub topic: fn(&'static DemoTexts) -> &'static Topic,
    pub asked: fn(&'static DemoTexts) -> &'static Topic,
    pub polled: fn(&'static DemoTexts) -> &'static Topic,
    pub sections: [Section; 2],
    pub slot: fn(&mut DemoSession) -> &mut Option<PolledRequest>,
    pub endpoint: fn(&Metadata) -> Option<&Url>,
}

impl PolledFlow {
    pub fn title(&self, texts: &'static DemoTexts) -> &'static str {
        (self.topic)(texts).title
    }

    pub fn text(&self, texts: &'static DemoTexts) -> &'static str {
        (self.topic)(texts).text
    }

    pub fn is_ciba(&self) -> bool {
        self.path == "/ciba"
    }
}
