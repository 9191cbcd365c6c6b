// Reading and writing headers.
#include "plugins/vars/age/header.hpp"

#include <algorithm>

#include <sodium.h>

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kIntro = "age-encryption.org/v1\n";
constexpr std::size_t kColumns = 64;

fleet::Error malformed(std::string what) { return error("AGE01", "not an age file: " + std::move(what)); }

void macOf(std::string_view covered, View fileKey, Key& out) {
  Key key;
  hkdf(fileKey, {}, "header", key.data());
  hmac(key, {view(covered)}, out);
  sodium_memzero(key.data(), key.size());
}

// Takes lines off a text.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::size_t at() const { return at_; }
  bool next(std::string_view& line) {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos || end > kMaxHeader) return false;
    line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool parseArgs(std::string_view line, std::vector<std::string>& out) {
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    const std::string_view arg = line.substr(begin, end - begin);
    if (arg.empty() || std::any_of(arg.begin(), arg.end(), [](char c) { return c < 33 || c > 126; })) return false;
    out.emplace_back(arg);
    begin = end + 1;
  }
  return true;
}

}  // namespace

void appendStanza(std::string& out, const Stanza& stanza) {
  out += "->";
  for (const auto& arg : stanza.args) out += " " + arg;
  out += '\n';
  const std::string body = base64(stanza.body, false);
  std::size_t at = 0;
  for (; at + kColumns <= body.size(); at += kColumns) out += body.substr(at, kColumns) + "\n";
  out += body.substr(at) + "\n";
}

fleet::Result<void> StanzaReader::take(std::string_view line) {
  if (!begun_) {
    begun_ = true;
    if (!line.starts_with("-> ") || !parseArgs(line.substr(3), stanza_.args))
      return malformed("a recipient is garbled");
    return {};
  }
  const auto part = line.size() <= kColumns ? fromBase64(line, false) : std::nullopt;
  if (!part) return malformed("a recipient's key is garbled");
  stanza_.body.insert(stanza_.body.end(), part->begin(), part->end());
  done_ = line.size() < kColumns;
  return {};
}

std::string writeHeader(const std::vector<Stanza>& stanzas, View fileKey) {
  std::string out(kIntro);
  for (const Stanza& stanza : stanzas) appendStanza(out, stanza);
  out += "---";
  Key mac;
  macOf(out, fileKey, mac);
  return out + " " + base64(mac, false) + "\n";
}

fleet::Result<Header> parseHeader(std::string_view file) {
  if (!file.starts_with(kIntro)) return malformed("it does not begin as one");
  Lines lines(file);
  std::string_view line;
  lines.next(line);
  Header out;
  for (;;) {
    const std::size_t begin = lines.at();
    if (!lines.next(line)) return malformed("the header does not end");
    if (line.starts_with("---")) {
      const auto mac = line.starts_with("--- ") ? fromBase64(line.substr(4), false) : std::nullopt;
      if (!mac || mac->size() != out.mac.size()) return malformed("the header's end has no MAC");
      std::copy(mac->begin(), mac->end(), out.mac.begin());
      out.covered = file.substr(0, begin + 3);
      out.size = lines.at();
      break;
    }
    StanzaReader reader;
    FLEET_TRY(reader.take(line));
    if (out.stanzas.size() == kMaxStanzas) return malformed("it has too many recipients");
    while (!reader.done()) {
      if (!lines.next(line)) return malformed("a recipient does not end");
      FLEET_TRY(reader.take(line));
    }
    out.stanzas.push_back(std::move(reader.stanza()));
  }
  if (out.stanzas.empty()) return malformed("it has no recipients");
  return out;
}

bool isGenuine(const Header& header, View fileKey) {
  Key mac;
  macOf(header.covered, fileKey, mac);
  return sodium_memcmp(mac.data(), header.mac.data(), mac.size()) == 0;
}

}  // namespace fleetd::vars::age
