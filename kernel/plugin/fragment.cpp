// Decoding and checking what plugins set.
#include "kernel/plugin/fragment.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/plugin/failure.hpp"

namespace fleetd::plugin {

namespace {

bool hasNul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool isName(std::string_view text) {
  return !text.empty() && text.size() <= FLEET_MAX_ID &&
         std::all_of(text.begin(), text.end(),
                     [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                              c == '-' || c == '_';
                     }) &&
         text != "." && text != "..";
}

// Walks over one definition. Every function answers an error without the plugin's name, which the caller
// adds.
class Checker {
 public:
  Checker(const Manifest& manifest, const ExpressionCheck& check) : manifest_(manifest), check_(check) {}

  Result<void> definition(const Definition& definition) const {
    FLEETD_TRY(path(definition.path));
    if (!manifest_.mayWrite(definition.path))
      return fail(Code::FL0312, "its manifest does not list this path under `writes`");
    if (!definition.from.empty()) return malformed("a plugin must not fill `from`");
    if (definition.condition) FLEETD_TRY(condition(*definition.condition));
    return value(definition.value);
  }

 private:
  static Error malformed(std::string message) { return fail(Code::FL0310, std::move(message)); }

  static Result<void> path(const sdk::Path& path) {
    std::size_t size = 0;
    for (const auto& name : path) {
      size += name.size() + 1;
      if (hasNul(name)) return malformed("a name in a path holds a NUL byte");
    }
    if (path.empty() || size > FLEET_MAX_PATH) return malformed("a path is empty or too long");
    return {};
  }

  Result<void> reference(const sdk::Path& path) const {
    FLEETD_TRY(this->path(path));
    if (manifest_.mayRead(path)) return {};
    return fail(Code::FL0334, fmt::format("it refers to `{}`, which its manifest does not list under `reads`",
                                          base::sanitize(sdk::formatPath(path).substr(0, 200))));
  }

  Result<void> condition(const sdk::Cond& condition) const {
    switch (condition.op) {
      case sdk::Cond::Op::isTrue: return reference(condition.path);
      case sdk::Cond::Op::equals:
        FLEETD_TRY(reference(condition.path));
        if (!isConstant(condition.constant.front()))
          return malformed("a condition compares with something that is not plain");
        return {};
      case sdk::Cond::Op::negation:
      case sdk::Cond::Op::all:
      case sdk::Cond::Op::any: break;
    }
    for (const auto& arg : condition.args) FLEETD_TRY(this->condition(arg));
    return {};
  }

  static bool isScalar(const sdk::Value& value) {
    return value.get<std::string>() || value.get<std::int64_t>() || value.get<double>() || value.get<bool>();
  }

  static bool isConstant(const sdk::Value& value) {
    if (const auto* text = value.get<std::string>()) return !hasNul(*text);
    if (const auto* list = value.get<sdk::List>()) return std::all_of(list->begin(), list->end(), isConstant);
    if (const auto* attrs = value.get<sdk::Attrs>())
      return std::all_of(attrs->begin(), attrs->end(),
                         [](const sdk::Attr& attr) { return !hasNul(attr.name) && isConstant(attr.value); });
    return value.isNil() || isScalar(value);
  }

  Result<void> value(const sdk::Value& value) const {
    if (const auto* text = value.get<std::string>()) {
      if (hasNul(*text)) return malformed("a text holds a NUL byte, which Nix cannot write");
    } else if (const auto* list = value.get<sdk::List>()) {
      for (const auto& item : *list) FLEETD_TRY(this->value(item));
    } else if (const auto* attrs = value.get<sdk::Attrs>()) {
      for (const auto& attr : *attrs) {
        if (hasNul(attr.name)) return malformed("a name holds a NUL byte, which Nix cannot write");
        FLEETD_TRY(this->value(attr.value));
      }
    } else if (const auto* ref = value.get<sdk::Ref>()) {
      return reference(ref->path);
    } else if (const auto* parts = value.get<sdk::Text>()) {
      return interpolated(*parts);
    } else if (const auto* expr = value.get<sdk::Expr>()) {
      return expression(expr->source);
    } else if (const auto* package = value.get<sdk::Package>()) {
      return this->package(package->attribute);
    } else if (const auto* secret = value.secret()) {
      if (!isName(secret->generator) || !isName(secret->file) || !(secret->machine.empty() || isName(secret->machine)))
        return malformed(
            "a secret reference holds a name with other characters than letters, digits, `.`, `-` and `_`");
    } else if (const auto* property = value.property()) {
      if (property->kind == sdk::Property::Kind::conditional) FLEETD_TRY(condition(property->condition));
      for (const auto& item : property->content) FLEETD_TRY(this->value(item));
    } else if (value.get<sdk::SpanRef>() || value.get<sdk::Hash>()) {
      return malformed("a place or a hash is not a value");
    }
    return {};
  }

  Result<void> interpolated(const sdk::Text& text) const {
    for (const auto& part : text.parts) {
      const bool fits = isScalar(part) || part.get<sdk::Ref>() || part.get<sdk::Text>() || part.get<sdk::Expr>() ||
                        part.get<sdk::Package>() || part.secret();
      if (!fits) return malformed("a part of an interpolated text is neither text nor something that becomes text");
      FLEETD_TRY(value(part));
    }
    return {};
  }

  Result<void> expression(const std::string& source) const {
    if (source.empty()) return fail(Code::FL0320, "an expression is empty");
    if (hasNul(source)) return fail(Code::FL0320, "an expression holds a NUL byte");
    if (!check_ || passed_.contains(source)) return {};
    FLEETD_TRY(check_(source));
    passed_.insert(source);
    return {};
  }

  static Result<void> package(const std::string& attribute) {
    const auto path = sdk::parsePath(attribute);
    if (!path || path->size() < 2 || path->front() != "pkgs" || hasNul(attribute))
      return malformed(fmt::format("`{}` is no package: it must be like `pkgs.hello`", attribute.substr(0, 100)));
    return {};
  }

  const Manifest& manifest_;
  const ExpressionCheck& check_;
  mutable std::set<std::string_view> passed_;  // expressions of this fragment: instances often have the same
};

Error named(const Manifest& manifest, const std::string& where, Error error) {
  error.message = where.empty() ? fmt::format("plugin `{}`: {}", manifest.id, error.message)
                                : fmt::format("plugin `{}`, at `{}`: {}", manifest.id, where, error.message);
  return error;
}

}  // namespace

Result<Fragment> decodeFragment(const Manifest& manifest, std::string host, std::string_view bytes,
                                const ExpressionCheck& check) {
  if (auto scanned = bus::prescan(bytes); !scanned) return named(manifest, {}, std::move(scanned).error());
  sdk::Reader in(bytes);
  auto read = sdk::readFragment(in, sdk::Unknown::refuse);
  if (!read) return named(manifest, {}, bus::fromReader(read.error(), "its fragment"));
  const Checker checker(manifest, check);
  for (const auto& definition : read->definitions) {
    auto checked = checker.definition(definition);
    if (!checked) return named(manifest, sdk::formatPath(definition.path), std::move(checked).error());
  }
  Fragment out{manifest.id, std::move(host), std::move(read->definitions), {}};
  out.hash = base::blake2b(canonicalForm(out.definitions.all()));
  return out;
}

std::string canonicalForm(const std::vector<Definition>& definitions) {
  sdk::Packer out;
  sdk::pack(out, definitions);
  return out.take();
}

Hash256 runHash(const std::vector<const Fragment*>& fragments) {
  std::vector<const Fragment*> sorted = fragments;
  std::sort(sorted.begin(), sorted.end(), [](const Fragment* a, const Fragment* b) {
    return std::tie(a->plugin, a->host, a->hash) < std::tie(b->plugin, b->host, b->hash);
  });
  base::Blake2b hash;
  for (const auto* fragment : sorted) hash.field(fragment->plugin).field(fragment->host).field(fragment->hash.view());
  return hash.finish();
}

}  // namespace fleetd::plugin
