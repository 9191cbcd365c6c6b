// Replacing the file of keys in one step: a key that is lost is lost for ever.
#include "plugins/vars/secrets/key_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "# newest key of this file, public key: ";

bool writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(fd, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

fleet::Error failed(const std::string& path) {
  return {FLEET_E_IO, "VARS30", {}, "cannot write " + path + ": " + std::strerror(errno), {}, 0};
}

// The name of the temporary file is always the same: one that a killed run left is replaced by the next.
fleet::Result<void> replace(const std::string& path, std::initializer_list<std::string_view> parts) {
  const std::string temporary = path + ".fleetd-new";
  ::unlink(temporary.c_str());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failed(path);
  bool done = true;
  for (const auto part : parts) done = done && writeAll(fd, part);
  done = done && ::fsync(fd) == 0;
  fleet::Result<void> out;
  if (!done) out = failed(path);
  ::close(fd);
  if (done && ::rename(temporary.c_str(), path.c_str()) != 0) out = failed(path);
  if (!out) {
    ::unlink(temporary.c_str());
    return out;
  }
  if (const int directory = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      directory >= 0) {
    static_cast<void>(::fsync(directory));
    ::close(directory);
  }
  return out;
}

}  // namespace

std::string keyFilePath() {
  const char* given = std::getenv("SOPS_AGE_KEY_FILE");
  return given && *given ? given : operatorKeyFile();
}

fleet::Result<age::Identity> addToKeyFile() {
  if (const char* key = std::getenv("SOPS_AGE_KEY"); key && *key)
    return age::error("VARS88", "your key comes from $SOPS_AGE_KEY, where no new one can be put",
                      "use a file ($SOPS_AGE_KEY_FILE), or give the public half of a new key with --age-key");
  FLEET_TRY_ASSIGN(auto identity, age::generateIdentity());
  FLEET_TRY_ASSIGN(const auto secret, age::identityText(identity));
  const std::string comment = std::string(kMark) + identity.recipient.text + "\n";
  std::error_code code;
  const fs::path resolved = fs::canonical(keyFilePath(), code);  // a link stays a link
  if (code) {
    FLEET_TRY(disk::writePrivate(keyFilePath(), comment, secret.text()));
    return identity;
  }
  FLEET_TRY_ASSIGN(auto before, disk::read(resolved.string()));
  fleet::Result<void> done;
  if (before.starts_with("age-encryption.org/") || before.find("-----BEGIN") != std::string::npos)
    done = age::error("VARS88", resolved.string() + " is no plain file of age keys, so no key can be added to it",
                      "give the public half of a new key with --age-key");
  else
    done = replace(resolved.string(), {comment, secret.text(), "\n", before});
  sodium_memzero(before.data(), before.size());
  if (!done) return std::move(done).error();
  return identity;
}

const age::Identity* newestOf(const Operator& who) {
  if (who.identities.empty() || who.source.starts_with('$')) return nullptr;
  auto text = disk::read(who.source);
  if (!text) return nullptr;
  const bool marked = text->starts_with(std::string(kMark) + who.identities.front().recipient.text + "\n");
  sodium_memzero(text->data(), text->size());
  return marked ? &who.identities.front() : nullptr;
}

}  // namespace fleetd::vars
