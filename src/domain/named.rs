//! Enums whose values have a fixed name outside the program: in the database, in tokens, in the message file.

/// Declares an enum with the names of its values; the names are part of stored data and never change.
macro_rules! named {
    ($(#[$doc:meta])* $vis:vis enum $type:ident { $($(#[$value_doc:meta])* $value:ident = $name:literal),+ $(,)? }) => {
        $crate::domain::told! { $(#[$doc])* $vis enum $type { $($(#[$value_doc])* $value = $name),+ } }

        impl $type {
            /// The value with this name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }
    };
}

/// Declares an enum whose values are told by name but never read.
macro_rules! told {
    ($(#[$doc:meta])* $vis:vis enum $type:ident { $($(#[$value_doc:meta])* $value:ident = $name:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $type { $($(#[$value_doc])* $value),+ }

        impl $type {
            pub const ALL: &'static [$type] = &[$($type::$value),+];

            /// The name outside the program.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($type::$value => $name),+ }
            }
        }
    };
}

pub(crate) use {named, told};
