// Writing and reading the archive by hand, because a JSON library would leave copies of values in memory.
#include "plugins/vars/archive.hpp"

#include <algorithm>
#include <optional>

#include <sodium.h>

#include "plugins/vars/secret_buffer.hpp"

namespace fleetd::vars {

namespace {

constexpr std::string_view kFormat = "fleetd-vars";
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

// JSON without escapes, which nothing that we write needs. Views point into the text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::optional<std::string_view> text() {
    if (!take('"')) return std::nullopt;
    const std::size_t begin = at_;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\' || static_cast<unsigned char>(text_[at_]) < 0x20) return std::nullopt;
    if (at_ == text_.size()) return std::nullopt;
    return text_.substr(begin, at_++ - begin);
  }
  bool takeWord(std::string_view word) {
    skip();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool isAtEnd() {
    skip();
    return at_ == text_.size();
  }
  fleet::Error garbled(const std::string& what) const {
    return age::error("VARS92", "the archive is garbled at byte " + std::to_string(at_) + ": " + what);
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

fleet::Result<SecretBytes> fromBase64(std::string_view text) {
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(text.size() / 4 * 3 + 3));
  std::size_t size = 0;
  const char* end = nullptr;
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!clean ||
      sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end, kBase64) != 0 ||
      end != text.data() + text.size())
    return age::error("VARS92", "a value of the archive is no base64");
  out.shrink(size);
  return out;
}

// One member after another; `each` reads what stands behind a name.
template <class Each>
fleet::Result<void> members(Scanner& in, Each each) {
  if (!in.take('{')) return in.garbled("an object is missing");
  if (in.take('}')) return {};
  do {
    const auto name = in.text();
    if (!name || !in.take(':')) return in.garbled("a name is missing");
    FLEET_TRY(each(*name));
  } while (in.take(','));
  if (!in.take('}')) return in.garbled("an object does not end");
  return {};
}

template <class Each>
fleet::Result<void> items(Scanner& in, Each each) {
  if (!in.take('[')) return in.garbled("a list is missing");
  if (in.take(']')) return {};
  do {
    FLEET_TRY(each());
  } while (in.take(','));
  if (!in.take(']')) return in.garbled("a list does not end");
  return {};
}

fleet::Result<ArchivedValue> value(Scanner& in) {
  ArchivedValue out;
  bool has = false;
  FLEET_TRY(members(in, [&](std::string_view name) -> fleet::Result<void> {
    if (name == "secret") {
      out.secret = in.takeWord("true");
      return out.secret || in.takeWord("false") ? fleet::Result<void>() : in.garbled("true or false is missing");
    }
    const auto text = in.text();
    if (!text) return in.garbled("a text is missing");
    if (name == "path") {
      out.path = *text;
    } else if (name == "value") {
      FLEET_TRY_ASSIGN(out.value, fromBase64(*text));
      has = true;
    } else {
      return in.garbled("a member is not known");
    }
    return {};
  }));
  if (out.path.empty() || !has) return in.garbled("a value lacks its path or its content");
  return out;
}

fleet::Result<ArchivedHash> hash(Scanner& in) {
  ArchivedHash out;
  FLEET_TRY(members(in, [&](std::string_view name) -> fleet::Result<void> {
    const auto text = in.text();
    if (!text || (name != "path" && name != "hash")) return in.garbled("a member is not known");
    (name == "path" ? out.path : out.hash) = *text;
    return {};
  }));
  return out;
}

}  // namespace

fleet::Result<std::string> sealArchive(const Archive& archive, std::span<const age::Recipient> recipients) {
  SecretBuffer out;
  FLEET_TRY(out.add("{\"format\":\"" + std::string(kFormat) + "\",\"version\":1,\"values\":["));
  std::string_view between = "\n";
  for (const auto& one : archive.values) {
    FLEET_TRY(out.add(between));
    FLEET_TRY(
        out.add("{\"path\":\"" + one.path + "\",\"secret\":" + (one.secret ? "true" : "false") + ",\"value\":\""));
    FLEET_TRY(out.addBase64(one.value.span()));
    FLEET_TRY(out.add("\"}"));
    between = ",\n";
  }
  FLEET_TRY(out.add("],\"hashes\":["));
  between = "\n";
  for (const auto& one : archive.hashes) {
    FLEET_TRY(out.add(between));
    FLEET_TRY(out.add("{\"path\":\"" + one.path + "\",\"hash\":\"" + one.hash + "\"}"));
    between = ",\n";
  }
  FLEET_TRY(out.add("]}\n"));
  FLEET_TRY_ASSIGN(const auto sealed, age::encrypt(out.view(), recipients));
  return age::armor(sealed);
}

fleet::Result<Archive> parseArchive(std::string_view text) {
  Scanner in(text);
  Archive out;
  bool format = false, version = false;
  FLEET_TRY(members(in, [&](std::string_view name) -> fleet::Result<void> {
    if (name == "values")
      return items(in, [&]() -> fleet::Result<void> {
        FLEET_TRY_ASSIGN(auto one, value(in));
        out.values.push_back(std::move(one));
        return {};
      });
    if (name == "hashes")
      return items(in, [&]() -> fleet::Result<void> {
        FLEET_TRY_ASSIGN(auto one, hash(in));
        out.hashes.push_back(std::move(one));
        return {};
      });
    if (name == "version") {
      version = in.takeWord("1");
      return version ? fleet::Result<void>() : in.garbled("this version of the format is not known");
    }
    const auto held = in.text();
    format = name == "format" && held && *held == kFormat;
    return format ? fleet::Result<void>() : in.garbled("it is no archive of values");
  }));
  if (!format || !version) return in.garbled("it does not say its format and version");
  if (!in.isAtEnd()) return in.garbled("something follows it");
  return out;
}

fleet::Result<Archive> openArchive(std::string_view sealed, std::span<const age::Identity> identities) {
  FLEET_TRY_ASSIGN(const auto text, age::decrypt(sealed, identities));
  return parseArchive(text.text());
}

}  // namespace fleetd::vars
