// Values that another plugin keeps, beside values of either store: what is opened, for which phase, and what is
// refused.
#include "plugins/vars/kept.hpp"

#include <sodium.h>

#include "plugins/vars/age/age.hpp"
#include "store_support.hpp"

namespace fleetd::vars {

namespace {

constexpr const char* kPlugin = "org.example.vault";

class Kept : public StoreTest {
 protected:
  // Sealed for one, as a request has it.
  static std::string sealed(const std::string& recipient, std::string_view value) {
    const auto key = age::parseRecipient(recipient);
    EXPECT_TRUE(key) << recipient;
    const auto file = age::encrypt(age::view(value), {&*key, 1});
    EXPECT_TRUE(file);
    std::string out(sodium_base64_ENCODED_LEN(file->size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(file->data()), file->size(),
                      sodium_base64_VARIANT_ORIGINAL);
    out.pop_back();
    return out;
  }
  static fleet::Value kept(fleet::Attrs more = {}) {
    fleet::Attrs files{{"early", fleet::Attrs{}},
                       {"disk", fleet::Attrs{{"neededFor", "partitioning"}}},
                       {"people", fleet::Attrs{{"deploy", false}}}};
    fleet::Attrs out{{"files", files}, {"store", kPlugin}};
    for (const auto& [name, value] : more) out.set(name, value);
    return out;
  }
  // With a value that is made here, so that the machine has a key.
  static fleet::Value barn(fleet::Value db = kept()) {
    return fleet::Attrs{{"barn", fleet::Attrs{{"pair", pair()}, {"db", std::move(db)}}}};
  }
  std::string machineKey() const {
    if (!store_.isNil()) return contentOfFile(fleet_ / "secrets/age-keys/machines/barn/pub");
    const auto keys = readKeys(fleet_, "machines");
    return keys && keys->contains("barn") ? keys->at("barn").front().text : std::string();
  }
  static std::string stranger() {
    const auto made = age::generateIdentity();
    EXPECT_TRUE(made);
    return made->recipient.text;
  }
  // The archive of an upload; the error's code otherwise.
  std::string uploaded(const fleet::Value& values, fleet::Attrs more = {}) const {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    more.set("machine", "barn").set("descriptor", std::int64_t{ends[1]}).set("machines", barn()).set("kept", values);
    const auto answer = request("upload", std::move(more));
    close(ends[1]);
    std::string out;
    char block[4096];
    for (ssize_t got = 0; (got = read(ends[0], block, sizeof block)) > 0;)
      out.append(block, static_cast<std::size_t>(got));
    close(ends[0]);
    return answer ? out : answer.error().code;
  }
  std::string wrong(const std::string& value) const { return uploaded(fleet::Attrs{{"barn/db/early", value}}); }
  void bringsWhatThePhaseWants() const {
    const fleet::Value all = fleet::Attrs{{"barn/db/early", sealed(machineKey(), "of the machine")},
                                          {"barn/db/disk", sealed(machineKey(), "of the disk")}};
    const std::string now = uploaded(all);
    EXPECT_NE(now.find("activation/per-machine/barn/db/early"), std::string::npos) << now.substr(0, 200);
    EXPECT_NE(now.find("of the machine"), std::string::npos);
    EXPECT_EQ(now.find("of the disk"), std::string::npos);
    EXPECT_NE(now.find("AGE-SECRET-KEY-1"), std::string::npos);
    const std::string disks = uploaded(all, {{"phase", "partitioning"}});
    EXPECT_NE(disks.find("partitioning/per-machine/barn/db/disk"), std::string::npos) << disks.substr(0, 200);
    EXPECT_NE(disks.find("of the disk"), std::string::npos);
    EXPECT_EQ(disks.find("of the machine"), std::string::npos);
    EXPECT_EQ(disks.find("AGE-SECRET-KEY-1"), std::string::npos);
  }
};

TEST_F(Kept, BesideSops) {
  expect("keygen");
  expect("generate", {{"machines", barn()}});
  bringsWhatThePhaseWants();
  expect("check", {{"machines", barn()}});
  EXPECT_FALSE(fs::exists(fleet_ / "vars/per-machine/barn/db"));
}

TEST_F(Kept, BesideTheAgeStore) {
  useAge();
  expect("generate", {{"machines", barn()}});
  bringsWhatThePhaseWants();
  expect("check", {{"machines", barn()}});
  EXPECT_FALSE(fs::exists(fleet_ / "secrets/clan-vars/per-machine/barn/db"));
}

TEST_F(Kept, WhatIsWrongWithAValue) {
  useAge();
  expect("generate", {{"machines", barn()}});
  EXPECT_EQ(wrong(sealed(stranger(), "x")), "VARS67");
  EXPECT_EQ(wrong("aHVudGVyMg=="), "VARS66");
  EXPECT_EQ(wrong("?"), "VARS62");
  EXPECT_EQ(uploaded(fleet::Attrs{}), "VARS66");
}

TEST_F(Kept, WhatIsNotDoneHere) {
  useAge();
  const auto code = [&](fleet::Value all) {
    const auto answer = request("check", {{"machines", std::move(all)}});
    return answer ? "" : answer.error().code;
  };
  EXPECT_EQ(code(barn(kept({{"builtin", fleet::Attrs{{"generator", "random"}}}}))), "VARS64");
  EXPECT_EQ(code(barn(kept({{"prompts", fleet::Attrs{{"word", fleet::Attrs{}}}}}))), "VARS64");
  EXPECT_EQ(code(barn(kept({{"files", fleet::Attrs{{"open", fleet::Attrs{{"secret", false}}}}}}))), "VARS64");
  const auto exports = request("check", {{"exports", fleet::Attrs{{"dns:main::", fleet::Attrs{{"db", kept()}}}}}});
  ASSERT_FALSE(exports);
  EXPECT_EQ(exports.error().code, "VARS64");
  EXPECT_NE(exports.error().message.find("per-export/dns:main::/db"), std::string::npos);
  const auto set = request("set", {{"machines", barn()}, {"machine", "barn"}, {"id", "db/early"}});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, "VARS65");
}

// Values from before: nothing reads them here any more.
TEST_F(Kept, WhatTheRepositoryStillHasIsLeftOver) {
  useAge();
  const fleet::Value made = fleet::Attrs{{"files", fleet::Attrs{{"early", fleet::Attrs{}}}},
                                         {"builtin", fleet::Attrs{{"generator", "random"}, {"file", "early"}}}};
  expect("generate", {{"machines", barn(made)}});
  const auto found = request("orphans", {{"machines", barn()}});
  ASSERT_TRUE(found) << found.error().message;
  std::set<std::string> paths;
  for (const auto& one : *found->find("orphans")->get<fleet::List>())
    paths.insert(*one.find("path")->get<std::string>());
  EXPECT_EQ(paths, (std::set<std::string>{"secrets/clan-vars/per-machine/barn/db", "vars/per-machine/barn/db"}));
}

TEST_F(Kept, WhatIsLeftOverInSopsIsSecret) {
  expect("keygen");
  const fleet::Value made = fleet::Attrs{{"files", fleet::Attrs{{"early", fleet::Attrs{}}}},
                                         {"builtin", fleet::Attrs{{"generator", "random"}, {"file", "early"}}}};
  expect("generate", {{"machines", barn(made)}});
  const auto found = request("orphans", {{"machines", barn()}});
  ASSERT_TRUE(found) << found.error().message;
  const auto& list = *found->find("orphans")->get<fleet::List>();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(*list[0].find("path")->get<std::string>(), "vars/per-machine/barn/db");
  EXPECT_TRUE(*list[0].find("secret")->get<bool>());
}

}  // namespace

}  // namespace fleetd::vars
