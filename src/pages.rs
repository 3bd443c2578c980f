//! Paginated lists.

use std::ops::Range;

use futures_core::Stream;
use futures_util::stream::{self, TryStreamExt};

use crate::{Authlete, Error, Result};

/// A request for a paginated list: the query or the request of an operation such as `get_client_list`.
///
/// Fetch it page by page with [`range`](Self::range), or as a stream with [`Authlete::items`].
pub trait ListRequest: sealed::Fetch {
    /// Requests the items in a range of indexes, from 0. The end is exclusive.
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

/// Implements [`ListRequest`](crate::ListRequest) for the request of an operation. The arguments are the request, the
/// method, the response, its member with the items, and their type. The generated code uses it for each operation with
/// `x-pages`.
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

/// The position of a stream in its list.
struct Position<L> {
    api: Authlete,
    list: L,
    page_size: i32,
    start: i32,
    /// The exclusive end of the range of the caller, limited by the total once the server has reported it.
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
        // A server may return fewer items than requested.
        let received = i32::try_from(page.items.len()).unwrap_or(i32::MAX);
        self.start = self.start.saturating_add(received);
        Ok(Some((page.items, self)))
    }
}

impl Authlete {
    /// A stream of all items of a list, fetched in pages of `page_size` on demand. A range in the request limits it.
    ///
    /// Items that are created or deleted meanwhile can shift the pages, so that an item is skipped or returned twice.
    /// The stream ends after an error.
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
    /// The stream yields the error of a failed call, or [`Error::InvalidArgument`] if `page_size` is less than 1.
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
