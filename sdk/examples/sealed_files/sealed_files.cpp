// sealed_files: a secrets backend over a directory of sealed files, `<directory>/<machine>/<generator>/<file>`.
// Somebody else sealed them for their machine (with age, for example), so nothing here ever holds plain text.
#include <fleet/cxx/secrets.hpp>

#include <array>
#include <cstdio>
#include <memory>

namespace {

class SealedFiles final : public fleet::SecretsPlugin<SealedFiles> {
 public:
  // Not FLEET_MF_PURE: answers depend on files. FLEET_MF_ISOLATE asks for a process of its own.
  static constexpr auto manifest = fleet::manifest({.role = FLEET_ROLE_SECRETS,
                                                    .flags = FLEET_MF_ISOLATE,
                                                    .id = "org.example.sealed-files",
                                                    .name = "Sealed files",
                                                    .version = "1.0.0",
                                                    .license = "MIT",
                                                    .description = "Secrets kept as sealed files in a directory"});

 private:
  fleet::Result<void> activate(const fleet::Value& settings) override {
    const auto* directory = settings.find("directory");
    if (!directory) return {};  // resolve() says what is missing
    const auto* text = directory->get<std::string>();
    if (!text || text->empty() || text->front() != '/')
      return fleet::Error{FLEET_E_SCHEMA, "SEALED01", "directory", "it is not an absolute path", "write \"/…\"", 0};
    directory_ = *text;
    return {};
  }

  fleet::Result<std::vector<std::string>> resolve(const std::vector<fleet::Secret>& references) override {
    if (directory_.empty())
      return fleet::Error{FLEET_E_STATE, "SEALED02", "directory", "no directory was set", "set it in the settings", 0};
    std::vector<std::string> out;
    for (const auto& secret : references) {
      FLEET_TRY_ASSIGN(auto bytes, sealed(secret));
      out.push_back(std::move(bytes));
    }
    return out;
  }

  fleet::Result<std::string> sealed(const fleet::Secret& secret) const {
    std::string path = directory_;
    for (const std::string* name : {&secret.machine, &secret.generator, &secret.file}) {
      // Names come from outside: nothing may lead out of the directory.
      if (name->empty() || *name == "." || *name == ".." || name->find('/') != std::string::npos ||
          name->find('\0') != std::string::npos)
        return fleet::Error{FLEET_E_INVALID_ARGUMENT, "SEALED03", {}, "a name in a reference is unusable", {}, 0};
      (path += '/') += *name;
    }
    std::string bytes;
    struct Close {
      void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> in(std::fopen(path.c_str(), "rb"));
    std::array<char, 4096> block{};
    while (in && bytes.size() < kMaxBytes) {
      const std::size_t got = std::fread(block.data(), 1, block.size(), in.get());
      if (got == 0) break;
      bytes.append(block.data(), got);
    }
    if (!in || std::ferror(in.get()) != 0 || bytes.empty() || bytes.size() >= kMaxBytes)
      return fleet::Error{FLEET_E_IO, "SEALED04", {}, "nothing is kept for " + secret.generator, "seal it first", 0};
    return bytes;
  }

  static constexpr std::size_t kMaxBytes = 1 << 20;
  std::string directory_;
};

}  // namespace

FLEET_PLUGIN(SealedFiles);
