//! The template engine, one for each language: a template writes `text(key="…")` and need not name
//! the language.

use crate::domain::Time;
use crate::files::{FileError, Files};
use crate::texts::{Argument, Language, Texts};
use crate::web::pages::assets::Assets;
use crate::web::pages::context::{Frame, PageContext};
use crate::web::pages::template_error;
use crate::web::texts;
use rocket_dyn_templates::tera::{self, Context, Tera, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// All templates in all languages.
pub struct Templates(Vec<(String, Tera)>);

type Arguments = HashMap<String, Value>;

const FOLDER: &str = "templates/";
const EXTENSION: &str = ".html.tera";

impl Templates {
    pub fn load(files: &Files, texts: &Texts, assets: &Arc<Assets>) -> Result<Self, FileError> {
        let parsed = parse(files)?;
        let engines = texts.languages().map(|language| {
            let mut tera = parsed.clone();
            add_functions(&mut tera, language, assets);
            (language.tag().to_owned(), tera)
        });
        Ok(Self(engines.collect()))
    }

    pub fn render<C: PageContext>(&self, frame: &Frame<'_, C>) -> tera::Result<String> {
        let engine = self.0.iter().find(|(tag, _)| tag == frame.language);
        let (_, tera) = engine.ok_or_else(|| tera::Error::msg("no such language"))?;
        tera.render(C::TEMPLATE, &Context::from_serialize(frame)?)
    }
}

fn parse(files: &Files) -> Result<Tera, FileError> {
    let mut tera = Tera::default();
    // All templates are HTML, whatever they are called: every name ends with the empty string.
    tera.autoescape_on(vec![""]);
    let mut sources = Vec::new();
    for (name, file) in files.below(FOLDER) {
        sources.push((name.strip_suffix(EXTENSION).unwrap_or(name), file.text()?));
    }
    tera.add_raw_templates(sources).map_err(|error| template_error::locate(&error, files))?;
    Ok(tera)
}

/// The functions templates may call. Each fails on an unknown name.
fn add_functions(tera: &mut Tera, language: &Language, assets: &Arc<Assets>) {
    let (text, number, date, date_time) =
        (language.clone(), language.clone(), language.clone(), language.clone());
    tera.register_function("text", move |arguments: &Arguments| message(&text, arguments));
    tera.register_function("number", move |arguments: &Arguments| {
        let of = arguments.get("of").and_then(Value::as_i64).ok_or_else(|| missing("of"))?;
        Ok(number.number(of).into())
    });
    tera.register_function("date", move |arguments: &Arguments| {
        Ok(date.date(time(arguments)?).into())
    });
    tera.register_function("date_time", move |arguments: &Arguments| {
        Ok(date_time.date_time(time(arguments)?).into())
    });
    let assets = Arc::clone(assets);
    tera.register_function("asset", move |arguments: &Arguments| {
        let name = string(arguments, "name")?;
        let path = assets.path(name).map(Value::from);
        path.ok_or_else(|| tera::Error::msg(format!("there is no static file {name}")))
    });
}

/// `text(key="…")`, with the arguments of the message beside the key. The key may also be a code.
fn message(language: &Language, arguments: &Arguments) -> tera::Result<Value> {
    let key = texts::of_code(string(arguments, "key")?);
    let mut filled = Vec::new();
    for (name, value) in arguments.iter().filter(|(name, _)| *name != "key") {
        let argument = match value {
            Value::String(text) => Argument::Text(text),
            value => Argument::Number(value.as_i64().ok_or_else(|| missing(name))?),
        };
        filled.push((name.as_str(), argument));
    }
    language.try_text(&key, &filled).map(Value::from).map_err(tera::Error::msg)
}

fn time(arguments: &Arguments) -> tera::Result<Time> {
    string(arguments, "at")?.parse().map_err(tera::Error::msg)
}

fn string<'a>(arguments: &'a Arguments, name: &str) -> tera::Result<&'a str> {
    arguments.get(name).and_then(Value::as_str).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> tera::Error {
    tera::Error::msg(format!("the argument {name} is missing or of another type"))
}
