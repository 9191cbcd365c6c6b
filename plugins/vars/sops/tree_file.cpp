// Walking a tree in its order, as the MAC is made.
#include "plugins/vars/sops/tree_file.hpp"

#include <sodium.h>

#include "plugins/vars/sops/sealed_value.hpp"

namespace fleetd::vars::sops {

namespace {

using Kind = Node::Kind;

constexpr std::string_view kSealed = "ENC[AES256_GCM,";

// "int" of "ENC[AES256_GCM,…,type:int]"
std::string_view typeOf(std::string_view sealed) {
  const std::size_t at = sealed.rfind(",type:");
  if (at == std::string_view::npos || !sealed.ends_with(']')) return {};
  return sealed.substr(at + 6, sealed.size() - at - 7);
}

class Walk {
 public:
  Walk(age::View key, bool onlyEncrypted) : key_(key), onlyEncrypted_(onlyEncrypted) {
    crypto_hash_sha512_init(&hash_);
    if (!onlyEncrypted_) return;
    // So that nobody can take one kind of MAC for the other.
    std::uint8_t start[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(start, reinterpret_cast<const unsigned char*>("sops"), 4);
    crypto_hash_sha512_update(&hash_, start, sizeof start);
  }

  fleet::Result<TopValue> top(const std::string& name, const Node& node) {
    TopValue out;
    out.name = name;
    out.what = kindName(node.kind);
    const std::string path = name + ":";
    if (node.kind != Kind::Text) {
      FLEET_TRY(walk(node, path));
      return out;
    }
    const bool sealed = node.text.starts_with(kSealed);
    const auto type = typeOf(node.text);
    FLEET_TRY_ASSIGN(out.text, leaf(node, path));
    out.isText = !sealed || type == "str";
    if (!out.isText) out.what = "of the type " + std::string(type.substr(0, 20));
    out.open = !sealed && onlyEncrypted_ && !node.text.empty();
    return out;
  }

  age::View digest() {
    crypto_hash_sha512_final(&hash_, digest_);
    return digest_;
  }

 private:
  // Items of a list are bound to the list.
  fleet::Result<void> walk(const Node& node, const std::string& path) {
    for (const auto& [name, value] : node.members) FLEET_TRY(walk(value, path + name + ":"));
    for (const Node& item : node.items) FLEET_TRY(walk(item, path));
    if (node.kind != Kind::Map && node.kind != Kind::List) FLEET_TRY(leaf(node, path));
    return {};
  }

  fleet::Result<SecretBytes> leaf(const Node& node, const std::string& path) {
    if (node.kind == Kind::Null) return SecretBytes();
    if (node.kind != Kind::Text || !node.text.starts_with(kSealed)) {
      if (node.kind == Kind::Time && node.text.empty() && !onlyEncrypted_)
        return age::error("SOPS05", "line " + std::to_string(node.line) + ": a time that cannot be checked here",
                          "write it in quotation marks, with sops");
      if (!onlyEncrypted_) add(age::view(node.text));
      return SecretBytes::copy(node.text);
    }
    auto out = openValue(key_, node.text, path);
    if (!out) {
      fleet::Error error = std::move(out).error();
      error.message = path.substr(0, path.size() - 1).substr(0, 200) + ": " + error.message;
      return error;
    }
    if (typeOf(node.text) != "comment") add(out->span());
    return out;
  }

  void add(age::View bytes) { crypto_hash_sha512_update(&hash_, bytes.data(), bytes.size()); }

  age::View key_;
  bool onlyEncrypted_;
  crypto_hash_sha512_state hash_{};
  std::uint8_t digest_[crypto_hash_sha512_BYTES] = {};
};

fleet::Result<Node> read(std::string_view file, Format format) {
  if (file.size() > kMaxTree) return malformed("it is larger than 16 MiB");
  switch (format) {
    case Format::Yaml: return readYaml(file);
    case Format::Json: return readJson(file);
    case Format::Dotenv: break;
  }
  return readDotenv(file);
}

constexpr const char* kFormats = "yaml, json and dotenv are read; `sops --decrypt --extract` gives single values";

}  // namespace

fleet::Result<Format> formatNamed(std::string_view name) {
  if (name == "yaml") return Format::Yaml;
  if (name == "json" || name == "binary") return Format::Json;
  if (name == "dotenv") return Format::Dotenv;
  return age::error("SOPS05", "`" + std::string(name.substr(0, 40)) + "` is no type of file that can be read here",
                    kFormats);
}

fleet::Result<Format> formatOf(std::string_view file) {
  if (file.ends_with(".yaml") || file.ends_with(".yml")) return Format::Yaml;
  if (file.ends_with(".json")) return Format::Json;
  if (file.ends_with(".env")) return Format::Dotenv;
  return age::error("SOPS05", "the file's name does not say what type it is",
                    std::string("say it with --input-type: ") + kFormats);
}

fleet::Result<std::vector<TopValue>> openTree(std::string_view text, Format format,
                                              std::span<const age::Identity> identities) {
  FLEET_TRY_ASSIGN(const auto file, read(text, format));
  FLEET_TRY_ASSIGN(const auto metadata, readMetadata(file));
  FLEET_TRY_ASSIGN(const auto key, dataKeyOf(metadata, identities));
  Walk walk(key.span(), metadata.macOnlyEncrypted);
  std::vector<TopValue> out;
  for (const auto& [name, node] : file.members) {
    if (name == "sops") continue;
    FLEET_TRY_ASSIGN(auto one, walk.top(name, node));
    out.push_back(std::move(one));
  }
  FLEET_TRY(checkMac(metadata, key.span(), walk.digest()));
  return out;
}

}  // namespace fleetd::vars::sops
