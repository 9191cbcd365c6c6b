// Many secrets are looked at by several threads: what is wrong with one of them is said, once and in order.
#include "plugins/vars/health.hpp"

#include "store_support.hpp"

namespace fleetd::vars {
namespace {

class Health : public StoreTest {
 protected:
  static constexpr int kMany = 300;  // more than one thread would be used for

  static fleet::Attrs declared() {
    fleet::Attrs generators;
    for (int i = 0; i < kMany; ++i)
      generators.set("g" + std::to_string(1000 + i), fleet::Attrs{{"builtin", fleet::Attrs{{"generator", "random"}}},
                                                                  {"files", fleet::Attrs{{"secret", fleet::Attrs{}}}}});
    return {{"machines", fleet::Attrs{{"barn", std::move(generators)}}}};
  }
  fs::path secret(int i) const {
    return fleet_ / ("vars/per-machine/barn/g" + std::to_string(1000 + i) + "/secret/secret");
  }
};

TEST_F(Health, EachOfMany) {
  expect("keygen");
  expect("generate", declared());
  expect("check", declared());
  fs::remove_all(secret(7).parent_path() / "machines");
  std::ofstream(secret(100)) << "{}";
  std::ofstream(secret(299)) << contentOfFile(secret(299)).substr(0, 50);
  fs::remove(secret(5));
  const fs::path made = secret(200).parent_path().parent_path() / ".definition-hash";
  ASSERT_TRUE(fs::exists(made));
  std::ofstream(made) << "builtin of other parameters";
  const auto answer = request("check", declared());
  ASSERT_TRUE(answer) << answer.error().message;
  auto found = problems(*answer);
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[0], "per-machine/barn/g1005: missing secret secret");
  EXPECT_EQ(found[1], "per-machine/barn/g1200: changed parameters");
  found.erase(found.begin(), found.begin() + 2);
  EXPECT_TRUE(found[0].starts_with("per-machine/barn/g1007/secret: not encrypted for those")) << found[0];
  EXPECT_TRUE(found[1].starts_with("per-machine/barn/g1100/secret: not a file of sops")) << found[1];
  EXPECT_TRUE(found[2].starts_with("per-machine/barn/g1299/secret: not a file of sops")) << found[2];
}

}  // namespace
}  // namespace fleetd::vars
