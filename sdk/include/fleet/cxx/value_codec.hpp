// fleet/cxx/value_codec.hpp - Value and Cond as msgpack, both ways. The form is described in
// docs/sdk/messages.md.
#pragma once
#include <cstring>
#include <limits>

#include "unpack.hpp"
#include "value.hpp"

namespace fleet {

inline void pack(Packer& out, const Value& value);

inline void packPath(Packer& out, const Path& path) {
  out.array(path.size());
  for (const auto& name : path) out.str(name);
}

inline void pack(Packer& out, const Cond& cond) {
  const auto head = [&](const char* name, std::size_t arguments) {
    out.array(1 + arguments);
    out.str(name);
  };
  switch (cond.op) {
    case Cond::Op::isTrue: head("ref", 1); return packPath(out, cond.path);
    case Cond::Op::equals:
      head("eq", 2);
      packPath(out, cond.path);
      return pack(out, cond.constant.empty() ? Value() : cond.constant.front());
    case Cond::Op::negation: head("not", cond.args.size()); break;
    case Cond::Op::all: head("and", cond.args.size()); break;
    case Cond::Op::any: head("or", cond.args.size()); break;
  }
  for (const auto& arg : cond.args) pack(out, arg);
}

namespace detail {

inline void packContent(Packer& out, const List& content) { pack(out, content.empty() ? Value() : content.front()); }

inline void packBody(Packer& out, const Property& property) {
  out.array(property.kind == Property::Kind::merge ? 2 : 3);
  switch (property.kind) {
    case Property::Kind::conditional:
      out.str("if");
      pack(out, property.condition);
      return packContent(out, property.content);
    case Property::Kind::override_:
      out.str("override");
      out.integer(property.number);
      return packContent(out, property.content);
    case Property::Kind::order:
      out.str("order");
      out.integer(property.number);
      return packContent(out, property.content);
    case Property::Kind::merge:
      out.str("merge");
      out.array(property.content.size());
      for (const auto& item : property.content) pack(out, item);
  }
}

struct ValuePacker {
  Packer& out;

  void operator()(std::monostate) const { out.nil(); }
  void operator()(bool v) const { out.boolean(v); }
  void operator()(std::int64_t v) const { out.integer(v); }
  void operator()(double v) const { out.number(v); }
  void operator()(const std::string& v) const { out.str(v); }
  void operator()(const List& v) const {
    out.array(v.size());
    for (const auto& item : v) pack(out, item);
  }
  void operator()(const Attrs& v) const {
    out.map(v.size());
    for (const auto& attr : v) {
      out.str(attr.name);
      pack(out, attr.value);
    }
  }
  void operator()(const Ref& v) const {
    ext(ExtType::reference, [&](Packer& body) { packPath(body, v.path); });
  }
  void operator()(const Text& v) const {
    ext(ExtType::text, [&](Packer& body) {
      body.array(v.parts.size());
      for (const auto& part : v.parts) pack(body, part);
    });
  }
  void operator()(const Box<Secret>& v) const {
    ext(ExtType::secret, [&](Packer& body) {
      body.array(4);
      (*v).machine.empty() ? body.nil() : body.str((*v).machine);
      body.str((*v).generator);
      body.str((*v).file);
      body.str((*v).part == SecretPart::path ? "path" : "value");
    });
  }
  void operator()(const SpanRef& v) const {
    ext(ExtType::span, [&](Packer& body) {
      body.array(3);
      for (const auto number : {v.file, v.offset, v.length}) body.natural(number);
    });
  }
  void operator()(const Hash& v) const {
    char raw[32];
    std::memcpy(raw, v.bytes.data(), sizeof raw);
    out.ext(ExtType::hash, {raw, sizeof raw});
  }
  void operator()(const Expr& v) const { out.ext(ExtType::expression, v.source); }
  void operator()(const Package& v) const { out.ext(ExtType::package, v.attribute); }
  void operator()(const Box<Property>& v) const {
    ext(ExtType::property, [&](Packer& body) { packBody(body, *v); });
  }

 private:
  template <class F>
  void ext(ExtType type, F&& write) const {
    Packer body;
    write(body);
    out.ext(type, body.view());
  }
};

}  // namespace detail

inline void pack(Packer& out, const Value& value) { std::visit(detail::ValuePacker{out}, value.data); }

Result<Value> readValue(Reader& in, int depth = FLEET_MAX_DEPTH);

inline Result<Path> readPath(Reader& in) {
  FLEET_TRY_ASSIGN(const auto count, in.array());
  if (count > FLEET_MAX_PATH_PARTS) return overLimit("an option path has too many names");
  Path path;
  path.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    FLEET_TRY_ASSIGN(const auto name, in.str());
    if (name.empty()) return malformed("an option path has an empty name");
    if (name.size() > FLEET_MAX_PATH) return overLimit("a name in an option path is too long");
    path.emplace_back(name);
  }
  return path;
}

inline Result<std::int32_t> readInt32(Reader& in) {
  FLEET_TRY_ASSIGN(const auto number, in.integer());
  if (number < std::numeric_limits<std::int32_t>::min() || number > std::numeric_limits<std::int32_t>::max())
    return overLimit("a priority or order needs more than 32 bits");
  return static_cast<std::int32_t>(number);
}

inline Result<Cond> readCond(Reader& in, int depth = FLEET_MAX_DEPTH) {
  if (depth <= 0) return overLimit("a condition is nested too deeply");
  FLEET_TRY_ASSIGN(const auto count, in.array());
  if (count == 0) return malformed("a condition is empty");
  FLEET_TRY_ASSIGN(const auto head, in.str());
  Cond out;
  const auto arguments = count - 1;
  if (head == "ref" || head == "eq") {
    out.op = head == "ref" ? Cond::Op::isTrue : Cond::Op::equals;
    if (arguments != (head == "ref" ? 1u : 2u)) return malformed("a condition has the wrong number of arguments");
    FLEET_TRY_ASSIGN(out.path, readPath(in));
    if (out.path.empty()) return malformed("a condition refers to an empty path");
    if (head == "ref") return out;
    FLEET_TRY_ASSIGN(auto constant, readValue(in, depth - 1));
    out.constant.push_back(std::move(constant));
    return out;
  }
  if (head == "not")
    out.op = Cond::Op::negation;
  else if (head == "and")
    out.op = Cond::Op::all;
  else if (head == "or")
    out.op = Cond::Op::any;
  else
    return malformed("a condition starts with an unknown word: " + std::string(head));
  if (out.op == Cond::Op::negation && arguments != 1) return malformed("`not` takes one condition");
  for (std::uint32_t i = 0; i < arguments; ++i) {
    FLEET_TRY_ASSIGN(auto arg, readCond(in, depth - 1));
    out.args.push_back(std::move(arg));
  }
  return out;
}

namespace detail {

inline Result<List> readList(Reader& in, int depth) {
  FLEET_TRY_ASSIGN(const auto count, in.array());
  List out;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto item = readValue(in, depth);
    if (!item) return under(std::to_string(i), std::move(item).error());
    out.push_back(*std::move(item));
  }
  return out;
}

constexpr std::size_t kExpected = 16;  // room that is asked for at once, whatever a message claims

inline Result<Attrs> readAttrs(Reader& in, int depth) {
  FLEET_TRY_ASSIGN(const auto count, in.map());
  std::vector<Attr> attrs;
  attrs.reserve(std::min<std::size_t>(count, kExpected));
  for (std::uint32_t i = 0; i < count; ++i) {
    FLEET_TRY_ASSIGN(const auto name, in.str());
    auto value = readValue(in, depth);
    if (!value) return under(name, std::move(value).error());
    attrs.push_back({std::string(name), *std::move(value)});
  }
  Attrs out;
  if (!out.assign(std::move(attrs))) return malformed("a map has the same key twice");
  return out;
}

inline Result<Value> readSecret(Reader& in) {
  FLEET_TRY_ASSIGN(const auto count, in.array());
  if (count != 4) return malformed("a secret reference has four parts");
  Secret out;
  if (in.next() == Kind::nil) {
    FLEET_TRY(in.nil());
  } else {
    FLEET_TRY_ASSIGN(out.machine, in.str());
  }
  FLEET_TRY_ASSIGN(out.generator, in.str());
  FLEET_TRY_ASSIGN(out.file, in.str());
  FLEET_TRY_ASSIGN(const auto part, in.str());
  if (part != "path" && part != "value") return malformed("a secret reference asks for `path` or `value`");
  if (out.generator.empty() || out.file.empty()) return malformed("a secret reference names no generator or no file");
  out.part = part == "path" ? SecretPart::path : SecretPart::value;
  return Value(std::move(out));
}

inline Result<Value> readSpan(Reader& in) {
  FLEET_TRY_ASSIGN(const auto count, in.array());
  if (count != 3) return malformed("a span has three numbers");
  SpanRef out;
  for (auto* number : {&out.file, &out.offset, &out.length}) {
    FLEET_TRY_ASSIGN(const auto read, in.natural());
    if (read > UINT32_MAX) return overLimit("a span is out of range");
    *number = static_cast<std::uint32_t>(read);
  }
  return Value(out);
}

inline Result<Value> readProperty(Reader& in, int depth) {
  FLEET_TRY_ASSIGN(const auto count, in.array());
  if (count == 0) return malformed("a property is empty");
  FLEET_TRY_ASSIGN(const auto word, in.str());
  if (count != (word == "merge" ? 2u : 3u)) return malformed("a property has the wrong number of parts");
  Property out;
  if (word == "merge") {
    FLEET_TRY_ASSIGN(out.content, readList(in, depth));
    return Value(std::move(out));
  }
  if (word == "if") {
    out.kind = Property::Kind::conditional;
    FLEET_TRY_ASSIGN(out.condition, readCond(in, depth));
  } else if (word == "override" || word == "order") {
    out.kind = word == "order" ? Property::Kind::order : Property::Kind::override_;
    FLEET_TRY_ASSIGN(out.number, readInt32(in));
  } else {
    return malformed("an unknown property: " + std::string(word));
  }
  FLEET_TRY_ASSIGN(auto content, readValue(in, depth));
  out.content.push_back(std::move(content));
  return Value(std::move(out));
}

inline Result<Value> readExt(const Ext& ext, int depth) {
  Reader in(ext.body);
  const auto whole = [&](Result<Value> value) -> Result<Value> {
    if (value && !in.done()) return malformed("an extension value has bytes after its end");
    return value;
  };
  switch (ext.type) {
    case ExtType::reference: {
      FLEET_TRY_ASSIGN(auto path, readPath(in));
      if (path.empty()) return malformed("a reference has an empty path");
      return whole(Value(Ref{std::move(path)}));
    }
    case ExtType::text: {
      FLEET_TRY_ASSIGN(auto parts, readList(in, depth));
      return whole(Value(Text{std::move(parts)}));
    }
    case ExtType::secret: return whole(readSecret(in));
    case ExtType::span: return whole(readSpan(in));
    case ExtType::property: return whole(readProperty(in, depth));
    case ExtType::hash: {
      Hash hash;
      if (ext.body.size() != hash.bytes.size()) return malformed("a content hash has 32 bytes");
      std::memcpy(hash.bytes.data(), ext.body.data(), hash.bytes.size());
      return Value(hash);
    }
    case ExtType::expression:
    case ExtType::package:
      if (!isUtf8(ext.body)) return malformed("an expression is not valid UTF-8");
      if (ext.body.size() > FLEET_MAX_EXPRESSION) return overLimit("an expression is longer than 64 KiB");
      if (ext.type == ExtType::package) return Value(Package{std::string(ext.body)});
      return Value(Expr{std::string(ext.body)});
  }
  return malformed("an unknown extension type: " + std::to_string(static_cast<int>(ext.type)));
}

}  // namespace detail

// Reads one value. `depth` bounds the nesting, and with it the stack.
inline Result<Value> readValue(Reader& in, int depth) {
  if (depth <= 0) return overLimit("a value is nested too deeply");
  switch (in.next()) {
    case Kind::nil: FLEET_TRY(in.nil()); return Value();
    case Kind::boolean: {
      FLEET_TRY_ASSIGN(const bool v, in.boolean());
      return Value(v);
    }
    case Kind::integer: {
      FLEET_TRY_ASSIGN(const auto v, in.integer());
      return Value(v);
    }
    case Kind::number: {
      FLEET_TRY_ASSIGN(const auto v, in.number());
      return Value(v);
    }
    case Kind::str: {
      FLEET_TRY_ASSIGN(const auto v, in.str());
      return Value(v);
    }
    case Kind::array: {
      FLEET_TRY_ASSIGN(auto v, detail::readList(in, depth - 1));
      return Value(std::move(v));
    }
    case Kind::map: {
      FLEET_TRY_ASSIGN(auto v, detail::readAttrs(in, depth - 1));
      return Value(std::move(v));
    }
    case Kind::ext: {
      FLEET_TRY_ASSIGN(const auto v, in.ext());
      return detail::readExt(v, depth - 1);
    }
    case Kind::bin: return malformed("raw bytes are not a value");
    case Kind::end: return overLimit("the message is cut off");
    case Kind::invalid: break;
  }
  return malformed("a byte that msgpack does not use");
}

// One value that fills the whole input.
inline Result<Value> parseValue(std::string_view bytes) {
  Reader in(bytes);
  FLEET_TRY_ASSIGN(auto value, readValue(in));
  if (!in.done()) return malformed("bytes after the end of the document");
  return value;
}

}  // namespace fleet
