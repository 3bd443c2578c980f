//! The enums of next steps, one for each response with an `action`.

/// Defines the enum for a response and its method `next`, from the actions in the description.
macro_rules! next {
    (
        $(#[$attribute:meta])*
        $next:ident = $answer:ident, $action:ident, [$($content:ident)?], [$($header:ident)*], [$($credentials:ident)?];
        $( respond $sent:ident = ($status:literal, $where:ident $(($what:literal))?, $whom:ident); )*
        @
        $( decide #[$doc:meta] $variant:ident [$($ticket:ident)?]
            [$($response:ident = ($status2:literal, $where2:ident $(($what2:literal))?, $whom2:ident))?]; )*
    ) => {
        $(#[$attribute])*
        #[derive(Debug)]
        #[must_use]
        pub enum $next {
            /// Send this complete response.
            Respond($crate::server::Response),
            $(
                #[$doc]
                $variant {
                    $( #[doc = " The ticket for the next call."] $ticket: $crate::Secret, )?
                    $( #[doc = " The response to send if your server does nothing else."] $response: $crate::server::Response, )?
                    /// The whole response of Authlete.
                    answer: Box<$crate::types::$answer>,
                },
            )*
        }

        impl $crate::types::$answer {
            /// The next step of your server: to send a complete HTTP response, or to make a decision first.
            ///
            /// An action that this version of the crate does not know, or a response without the members that its action
            /// needs, results in a response with status 500 and the error `server_error`.
            $( #[doc = concat!(
                "\n\n`", stringify!($credentials), "` has the credentials in the request of the client: a client that used the \
                `Authorization` header is challenged when its authentication fails (RFC 6749 §5.2)."
            )] )?
            #[inline]
            pub fn next(self $(, $credentials: &$crate::server::RequestCredentials)?) -> $next {
                // Not every response uses all of these.
                #[allow(unused_imports)]
                use $crate::server::{Challenge, Content, Parts, Plan, respond, server_error};
                // Some responses set all of the parts.
                #[allow(clippy::needless_update)]
                let parts = Parts {
                    $( response_content: self.$content.as_ref(), )?
                    $( $header: self.$header.as_deref(), )*
                    $( used_basic: $credentials.used_basic(), )?
                    ..Parts::default()
                };
                match &self.action {
                    $( $crate::types::$action::$sent => $next::Respond(respond(
                        Plan { status: $status, content: Content::$where $(($what))?, challenge: Challenge::$whom },
                        &parts,
                    )), )*
                    $( $crate::types::$action::$variant => {
                        $( let $response = respond(
                            Plan { status: $status2, content: Content::$where2 $(($what2))?, challenge: Challenge::$whom2 },
                            &parts,
                        ); )?
                        $( let Some($ticket) = self.$ticket.clone() else {
                            return $next::Respond(server_error());
                        }; )?
                        $next::$variant { $($ticket,)? $($response,)? answer: Box::new(self) }
                    } )*
                    $crate::types::$action::Other(_) => $next::Respond(server_error()),
                }
            }
        }
    };
}

pub(crate) use next;
