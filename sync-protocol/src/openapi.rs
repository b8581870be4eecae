//! How the types that write their JSON themselves look to an OpenAPI document.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::digest::ScopeDigest;
use crate::id::EditId;
use crate::value::Value;

impl PartialSchema for EditId {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("<change id>.<index of the edit>"))
            .examples(["0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11.2"])
            .into()
    }
}

impl ToSchema for EditId {
    fn name() -> Cow<'static, str> {
        "EditId".into()
    }
}

impl PartialSchema for Value {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::AnyValue)
            .description(Some("what the field's type says, in the schema; never null"))
            .into()
    }
}

impl ToSchema for Value {
    fn name() -> Cow<'static, str> {
        "Value".into()
    }
}

impl PartialSchema for ScopeDigest {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .property("count", u64::schema())
            .property(
                "xor",
                ObjectBuilder::new().schema_type(Type::String).description(Some("32 hex digits")),
            )
            .required("count")
            .required("xor")
            .into()
    }
}

impl ToSchema for ScopeDigest {
    fn name() -> Cow<'static, str> {
        "ScopeDigest".into()
    }
}
