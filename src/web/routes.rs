//! Every URL of the application: method, path, guard and handler.

use rocket::http::Method;
use rocket::{Route, routes};

/// One line of the route table.
#[derive(Clone, Copy, Debug)]
pub struct RouteEntry {
    pub method: Method,
    /// With Rocket's syntax for parameters: `/static/<file>`.
    pub path: &'static str,
    /// The type in the handler's signature that decides who may call it.
    pub guard: &'static str,
    /// The handler's path below `web`.
    pub handler: &'static str,
}

macro_rules! route_table {
    ($($method:ident $path:literal [$guard:ty] $layer:ident::$file:ident::$handler:ident;)+) => {
        /// Every URL of the application with its guard.
        pub const ROUTES: &[RouteEntry] = &[$(RouteEntry {
            method: Method::$method,
            path: $path,
            guard: stringify!($guard),
            handler: concat!(stringify!($layer), "::", stringify!($file), "::", stringify!($handler)),
        }),+];

        pub fn routes() -> Vec<Route> {
            use super::{api, pages};
            routes![$($layer::$file::$handler),+]
        }
    };
}

#[rustfmt::skip]
route_table! {
    Get    "/"                       [Option<SignedIn>] pages::home::show;
    Get    "/static/<file>"          [Anyone]           pages::assets::show;

    Get    "/register"               [Option<SignedIn>] pages::sign_up::show;
    Post   "/register"               [Anyone]           pages::sign_up::submit;
    Get    "/login"                  [Option<SignedIn>] pages::sign_in::show;
    Post   "/login"                  [Anyone]           pages::sign_in::submit;
    Get    "/logout"                 [Option<SignedIn>] pages::sign_out::show;
    Post   "/logout"                 [Anyone]           pages::sign_out::submit;

    Get    "/profile"                [SignedIn]         pages::profile::show;
    Post   "/profile"                [SignedIn]         pages::profile::submit;
    Get    "/password"               [SignedIn]         pages::password::show;
    Post   "/password"               [SignedIn]         pages::password::submit;
    Get    "/sessions"               [SignedIn]         pages::sessions::show;
    Post   "/sessions/<id>/end"      [SignedIn]         pages::sessions::end;
    Post   "/sessions/end-others"    [SignedIn]         pages::sessions::end_others;
    Post   "/sessions/end-all"       [SignedIn]         pages::sessions::end_all;

    Get    "/admin"                  [Admin]            pages::admin::show;
    Get    "/admin/whoami"           [Admin]            pages::whoami::show;

    Post   "/api/auth/register"      [Anyone]           api::auth::register;
    Post   "/api/auth/login"         [Anyone]           api::auth::login;
    Post   "/api/auth/refresh"       [Anyone]           api::auth::refresh;
    Post   "/api/auth/logout"        [Anyone]           api::auth::logout;
    Get    "/api/auth/me"            [Bearer]           api::auth::me;
    Get    "/api/auth/sessions"      [Bearer]           api::sessions::list;
    Delete "/api/auth/sessions/<id>" [Bearer]           api::sessions::end;
    Get    "/api/openapi.json"       [Anyone]           api::openapi::show;
    Get    "/.well-known/jwks.json"  [Anyone]           api::jwks::show;

    Get    "/health/live"            [Anyone]           api::health::live;
    Get    "/health/ready"           [Anyone]           api::health::ready;
}

#[cfg(test)]
mod tests {
    use super::{ROUTES, RouteEntry, routes};
    use std::path::Path;

    #[test]
    fn the_table_agrees_with_the_handlers() {
        let real = routes();
        assert_eq!(real.len(), ROUTES.len());
        for (route, entry) in real.iter().zip(ROUTES) {
            assert_eq!((route.method, route.uri.path()), (entry.method, entry.path));
            assert!(route.format.is_none(), "{entry:?}: Rocket would parse Accept");
            assert!(signature(entry).contains(&format!(": {},", entry.guard)), "{entry:?}");
        }
    }

    /// The parameters of the handler, each followed by a comma.
    fn signature(entry: &RouteEntry) -> String {
        let (module, function) = entry.handler.rsplit_once("::").unwrap();
        let file = format!("src/web/{}.rs", module.replace("::", "/"));
        let code = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
        let code = code.unwrap();
        let (_, rest) = code.split_once(&format!("fn {function}(")).unwrap();
        format!("{},", rest.split(')').next().unwrap())
    }
}
