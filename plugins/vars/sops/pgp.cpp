// Running gpg. Keys go through pipes; a passphrase is asked for by gpg's own agent.
#include "plugins/vars/sops/pgp.hpp"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "plugins/vars/script/child.hpp"
#include "plugins/vars/script/programs.hpp"

namespace fleetd::vars::sops {

namespace {

constexpr std::size_t kMostArmored = 256 << 10;  // bytes
constexpr std::chrono::minutes kPatience(10);    // somebody may be asked for a passphrase
constexpr std::size_t kShort = 40, kLong = 64;   // digits of a fingerprint

bool isHex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

// What gpg may know of the terminal, so that it can ask for a passphrase there.
std::vector<std::string> environment() {
  auto out = environmentForPrograms();
  if (const char* terminal = std::getenv("GPG_TTY"); terminal && *terminal) return out;
  char name[256];
  for (const int fd : {0, 1, 2})
    if (::ttyname_r(fd, name, sizeof name) == 0) {
      out.push_back(std::string("GPG_TTY=") + name);
      break;
    }
  return out;
}

fleet::Result<ChildEnd> gpg(std::vector<std::string> words, age::View input, const std::string& what) {
  const char* given = std::getenv("SOPS_GPG_EXEC");
  const std::string name = given && *given ? given : "gpg";
  const std::string program = name.starts_with('/') ? name : programInPath(name);
  if (program.empty())
    return age::error("PGP02", what + " needs `" + name + "`, which is not in PATH",
                      "install GnuPG, or use an age key: `fleetd vars keygen`");
  words.insert(words.begin(), {program, "--quiet", "--batch", "--status-fd", "2"});
  ChildPlan plan;
  plan.words = std::move(words);
  plan.environment = environment();
  plan.timeout = kPatience;
  plan.maxOutput = kMostArmored;
  plan.ownGroup = false;  // it may ask on the terminal
  std::vector<SecretBytes> pieces;
  FLEET_TRY_ASSIGN(auto copy, SecretBytes::copy(input));
  pieces.push_back(std::move(copy));
  plan.input = &pieces;
  return runChild(plan);
}

bool isFine(const ChildEnd& end) { return end.how == ChildEnd::How::Exit && end.number == 0; }

// What it said, without its status lines.
std::string said(const ChildEnd& end) {
  std::string out;
  std::string_view rest = end.errors;
  while (!rest.empty()) {
    const std::size_t at = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    if (line.empty() || line.starts_with("[GNUPG:]")) continue;
    out += out.empty() ? ": " : "; ";
    for (const char c : line) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  if (end.how == ChildEnd::How::TooLong) return ": it took too long";
  return out.substr(0, 500);
}

bool hasStatus(const ChildEnd& end, std::string_view name) {
  return end.errors.find("[GNUPG:] " + std::string(name)) != std::string::npos;
}

// It has none of the keys, which is not the same as one that it could not use. Some releases say the former in so many
// words, others say nothing of any key.
bool lacksKey(const ChildEnd& end) {
  const bool failed = hasStatus(end, "NO_SECKEY") || (hasStatus(end, "ENC_TO") && hasStatus(end, "DECRYPTION_FAILED"));
  return failed && !hasStatus(end, "ERROR pkdecrypt_failed");
}

}  // namespace

std::string plainFingerprint(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\t') out += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return std::all_of(out.begin(), out.end(), isHex) ? out : std::string(text);
}

fleet::Result<age::Recipient> parsePgpRecipient(std::string_view text) {
  age::Recipient out;
  out.kind = age::KeyKind::Pgp;
  out.text = plainFingerprint(text.substr(0, 200));
  const bool hex = !out.text.empty() && std::all_of(out.text.begin(), out.text.end(), isHex);
  if (hex && (out.text.size() == kShort || out.text.size() == kLong)) return out;
  return age::error("PGP01",
                    "`" + std::string(text.substr(0, 80)) + "` is no fingerprint of a PGP key" +
                        (hex && out.text.size() < kShort ? ", only a part of one" : ""),
                    "40 hexadecimal digits; `gpg --fingerprint NAME` shows them");
}

fleet::Result<std::string> wrapWithGpg(const std::string& fingerprint, age::View key) {
  // Whoever wrote the fingerprint into the fleet has said that this is the key.
  FLEET_TRY_ASSIGN(const auto end, gpg({"--no-default-recipient", "--no-encrypt-to", "--trust-model", "always",
                                        "--armor", "--recipient", fingerprint, "--encrypt"},
                                       key, "encrypting for the PGP key " + fingerprint));
  if (isFine(end) && end.output.text().starts_with("-----BEGIN PGP MESSAGE-----"))
    return std::string(end.output.text());
  const bool unknown = hasStatus(end, "INV_RECP");
  return age::error(
      "PGP03", "gpg did not encrypt for the PGP key " + fingerprint + said(end),
      unknown ? "fetch the public key: `gpg --recv-keys " + fingerprint + "`, or `gpg --import FILE`" : "");
}

fleet::Result<SecretBytes> unwrapWithGpg(std::string_view armored) {
  if (armored.size() > kMostArmored) return age::error("PGP04", "a key that is encrypted with PGP is too long");
  FLEET_TRY_ASSIGN(auto end, gpg({"--decrypt"}, age::view(armored), "a key that is encrypted with PGP"));
  if (isFine(end)) return std::move(end.output);
  if (lacksKey(end)) return age::error("AGE06", "gpg has no secret key for it");
  return age::error("PGP04", "gpg did not decrypt the key of a file" + said(end),
                    "`gpg --list-secret-keys` shows which keys it has");
}

}  // namespace fleetd::vars::sops
