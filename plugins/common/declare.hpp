// Writing option schemas down: one line an option, and the types that platforms share.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fleet/cxx/text.hpp>
#include <fleet/cxx/type.hpp>

namespace platform {

// clang-format off
using fleet::type::anything; using fleet::type::boolean; using fleet::type::either; using fleet::type::enumeration;
using fleet::type::integer; using fleet::type::lines; using fleet::type::list; using fleet::type::map;
using fleet::type::nullable; using fleet::type::number; using fleet::type::package; using fleet::type::path;
using fleet::type::port; using fleet::type::raw; using fleet::type::str; using fleet::type::submodule;
using fleet::type::unspecified;
// clang-format on
using fleet::Attrs;
using fleet::List;
using fleet::Type;
using fleet::Value;

// A set with names of the platform's own choosing, some of which may be declared.
inline Type open(std::vector<fleet::OptionDecl> options = {}) { return submodule(std::move(options), unspecified()); }
inline Type oneOf(std::vector<Value> texts) { return enumeration(std::move(texts)); }
// What can stand in an environment variable: a text, a path (packages are paths, too) or a number.
inline Type word() { return either({str(), path(), integer()}); }

// Collects declarations. An option without a default has one that fleetd does not know.
class Declare {
 public:
  // No default.
  Declare& add(std::string_view path, Type type, const char* doc) {
    fleet::OptionDecl option;
    option.path = fleet::detail::pathOrMark(path);
    option.type = std::move(type);
    option.doc = doc;
    options_.push_back(std::move(option));
    return *this;
  }
  Declare& add(std::string_view path, Type type, Value fallback, const char* doc) {
    add(path, std::move(type), doc);
    options_.back().fallback = std::move(fallback);
    return *this;
  }
  // Makes the last option's value of its merged definitions, by a Nix function.
  Declare& apply(std::string function) {
    options_.back().apply = Value(fleet::expr(std::move(function)));
    return *this;
  }

  // The common shapes, with their usual defaults.
  Declare& flag(std::string_view path, bool fallback, const char* doc) { return add(path, boolean(), fallback, doc); }
  Declare& flag(std::string_view path, const char* doc) { return add(path, boolean(), doc); }
  Declare& text(std::string_view path, const char* doc) { return add(path, lines(), "", doc); }
  Declare& lists(std::string_view path, Type element, const char* doc) {
    return add(path, list(std::move(element)), List{}, doc);
  }
  Declare& optional(std::string_view path, Type type, const char* doc) {
    return add(path, nullable(std::move(type)), Value(), doc);
  }
  // Entries by name, each a set that may hold more than is declared.
  Declare& entries(std::string_view path, std::vector<fleet::OptionDecl> options, const char* doc) {
    return add(path, map(open(std::move(options))), Attrs{}, doc);
  }
  Declare& maps(std::string_view path, Type element, const char* doc) {
    return add(path, map(std::move(element)), Attrs{}, doc);
  }

  operator std::vector<fleet::OptionDecl>() const { return options_; }  // NOLINT: that is what it is for
  std::vector<fleet::OptionDecl> take() { return std::move(options_); }

 private:
  std::vector<fleet::OptionDecl> options_;
};

// Options that all three classes have.
inline void declareCommon(Declare& out) {
  out.lists("assertions", unspecified(), "Conditions that must hold, with a message for each.");
  out.lists("warnings", str(), "Messages shown when the configuration is evaluated.");
}

// nix.* as far as systems and homes agree.
inline std::vector<fleet::OptionDecl> buildMachine() {
  return Declare()
      .add("hostName", str(), "Name or address of the machine.")
      .add("system", nullable(str()), Value(), "The platform it builds for.")
      .lists("systems", str(), "The platforms it builds for.")
      .add("sshUser", nullable(str()), Value(), "User to log in as.")
      .add("sshKey", nullable(str()), Value(), "Path of the private key.")
      .add("maxJobs", integer(), 1, "Builds at the same time.")
      .add("speedFactor", integer(), 1, "Speed in relation to other machines.")
      .lists("supportedFeatures", str(), "Features it has.")
      .lists("mandatoryFeatures", str(), "Features a build must ask for.")
      .add("publicHostKey", nullable(str()), Value(), "Its host key in base64.");
}

inline std::vector<fleet::OptionDecl> registryEntry() {
  return Declare().flag("exact", true, "Whether only the identical reference is replaced.");
}

// The options below a file entry that home-manager and the systems share.
inline Declare fileEntry() {
  Declare out;
  out.flag("enable", true, "Whether the file is made.");
  out.add("source", path(), "Path of the content.");
  out.add("target", str(), fleet::expr("name"), "Path of the file.");
  return out;
}

inline std::vector<fleet::OptionDecl> knownHost() {
  return Declare()
      .flag("certAuthority", false, "Whether the key signs keys of hosts.")
      .lists("extraHostNames", str(), "Further names and addresses.")
      .add("hostNames", list(str()), "All names and addresses.")
      .optional("publicKey", str(), "The key.")
      .optional("publicKeyFile", path(), "A file with the key.");
}

}  // namespace platform
