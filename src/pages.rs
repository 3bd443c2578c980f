//! Lists that come in pages.

use std::ops::Range;

use futures_core::Stream;
use futures_util::stream::{self, TryStreamExt};

use crate::{Authlete, Error, Result};

/// What asks for a list that comes in pages: the query or the request of an operation such as `get_client_list`.
///
/// It can be asked for page by page, [`range`](Self::range), or as a whole, [`Authlete::items`].
pub trait ListRequest: sealed::Fetch {
    /// Asks for the items from the first index to before the second, counted from 0.
    ///
    /// ```
    /// use authlete::ListRequest as _;
    /// use authlete::types::GetClientListQuery;
    ///
    /// # async fn example(api: authlete::Authlete) -> authlete::Result<()> {
    /// let page = api.get_client_list(&GetClientListQuery::new().range(20..40)).await?;
    /// println!("{} of {:?}", page.clients.unwrap_or_default().len(), page.total_count);
    /// # Ok(()) }
    /// ```
    #[must_use]
    fn range(self, range: Range<i32>) -> Self;
}

pub(crate) mod sealed {
    use super::{Authlete, Page, Result};

    pub trait Fetch: Clone + Send + Sync {
        type Item: Send;

        const OPERATION: &'static str;

        fn bounds(&self) -> (Option<i32>, Option<i32>);

        fn fetch(&self, api: &Authlete) -> impl Future<Output = Result<Page<Self::Item>>> + Send;
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) total: Option<i32>,
}

/// Makes a list of the request of an operation: the request, the method, the answer, its member with the items, and the
/// type of these. The generated code has a call for each operation with `x-pages`.
macro_rules! list_request {
    ($request:ty, $method:ident, $response:ty, $member:ident: $item:ty) => {
        impl crate::ListRequest for $request {
            fn range(mut self, range: ::std::ops::Range<i32>) -> Self {
                self.start = Some(range.start);
                self.end = Some(range.end);
                self
            }
        }

        impl crate::pages::sealed::Fetch for $request {
            type Item = $item;

            const OPERATION: &'static str = stringify!($method);

            fn bounds(&self) -> (Option<i32>, Option<i32>) {
                (self.start, self.end)
            }

            async fn fetch(
                &self,
                api: &crate::Authlete,
            ) -> crate::Result<crate::pages::Page<$item>> {
                let page: $response = api.$method(self).await?;
                Ok(crate::pages::Page {
                    items: page.$member.unwrap_or_default(),
                    total: page.total_count,
                })
            }
        }
    };
}
pub(crate) use list_request;

/// Where a stream is in its list.
struct Position<L> {
    api: Authlete,
    list: L,
    page_size: i32,
    start: i32,
    /// Before which index the list ends: what the caller asked for, then also what the server has.
    end: i32,
}

impl<L: ListRequest> Position<L> {
    /// The next page, and the position after it; `None` at the end of the list.
    async fn next(mut self) -> Result<Option<(Vec<L::Item>, Self)>> {
        if self.page_size < 1 {
            return Err(Error::InvalidArgument {
                operation: L::OPERATION,
                argument: "page_size",
                reason: "must be at least 1",
            });
        }
        if self.start >= self.end {
            return Ok(None);
        }
        let page_end = self.start.saturating_add(self.page_size).min(self.end);
        let page = self
            .list
            .clone()
            .range(self.start..page_end)
            .fetch(&self.api)
            .await?;
        if page.items.is_empty() {
            return Ok(None);
        }
        self.end = self.end.min(page.total.unwrap_or(i32::MAX));
        // A server may give fewer than it is asked for.
        let received = i32::try_from(page.items.len()).unwrap_or(i32::MAX);
        self.start = self.start.saturating_add(received);
        Ok(Some((page.items, self)))
    }
}

impl Authlete {
    /// All items of a list, fetched in pages of `page_size` as the stream is read. A range of the request bounds it.
    ///
    /// Items that are created or deleted meanwhile can shift the pages, so that one item is missed or comes twice.
    /// After an error the stream ends.
    ///
    /// ```
    /// use authlete::types::GetClientListQuery;
    /// use futures_util::TryStreamExt as _;
    ///
    /// # async fn example(api: authlete::Authlete) -> authlete::Result<()> {
    /// let mut clients = std::pin::pin!(api.items(GetClientListQuery::new().developer("alice"), 100));
    /// while let Some(client) = clients.try_next().await? {
    ///     println!("{:?} {:?}", client.client_id, client.client_name);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The stream has the error of the call that failed, or [`Error::InvalidArgument`] when `page_size` is below 1.
    pub fn items<L>(
        &self,
        list: L,
        page_size: i32,
    ) -> impl Stream<Item = Result<L::Item>> + Send + use<L>
    where
        L: ListRequest,
    {
        let (start, end) = list.bounds();
        let position = Position {
            api: self.clone(),
            list,
            page_size,
            start: start.unwrap_or(0),
            end: end.unwrap_or(i32::MAX),
        };
        stream::try_unfold(position, Position::next)
            .map_ok(|items| stream::iter(items.into_iter().map(Ok)))
            .try_flatten()
    }
}
