#include "kernel/plugin/messages.hpp"

#include <gtest/gtest.h>

namespace fleetd::plugin {
namespace {

TEST(Messages, DocumentsSurviveARoundTrip) {
  const std::vector<std::string> documents{"", "a", std::string(70'000, 'b')};
  const auto body = packDocuments(documents);
  const auto read = parseDocuments(body);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(std::vector<std::string>(read->begin(), read->end()), documents);
  EXPECT_TRUE(parseDocuments(packDocuments({}))->empty());
}

TEST(Messages, AnswersSurviveARoundTrip) {
  std::vector<Answer> answers;
  answers.push_back({std::string("bytes"), {}});
  answers.push_back({sdk::Error{FLEET_E_SCHEMA, "X1", "a.b", "wrong", "mend", 0},
                     {{FLEET_SEVERITY_WARNING, {FLEET_OK, "X2", "c", "odd", "look", 7}}}});
  answers.push_back({std::string(),
                     {{FLEET_SEVERITY_NOTE, {FLEET_OK, {}, {}, "n", {}, 0}},
                      {FLEET_SEVERITY_ERROR, {FLEET_OK, {}, {}, "e", {}, 0}}}});
  const auto read = parseAnswers(packAnswers(answers));
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ(*(*read)[0].document, "bytes");
  EXPECT_EQ((*read)[1].document.error().path, "a.b");
  EXPECT_EQ((*read)[1].document.error().status, FLEET_E_SCHEMA);
  EXPECT_EQ((*read)[1].findings[0].error.span, 7u);
  EXPECT_EQ((*read)[1].findings[0].severity, static_cast<std::uint32_t>(FLEET_SEVERITY_WARNING));
  EXPECT_EQ((*read)[2].findings[1].error.message, "e");
}

TEST(Messages, BrokenBodiesAreErrors) {
  for (const std::string body : {"", "\xc1", "\x80", "\x91\x90", "\x91\x81\xa2ok\x05", "\x91\x81\xa5other\xc0",
                                 "\x91\x81\xa8"
                                 "findings\x91\x81\xa8severity\x09",
                                 "\x92\x80", "\x90\xc0"}) {
    EXPECT_FALSE(parseAnswers(body).ok()) << body;
  }
  for (const std::string body : {"", "\xc1", "\x80", "\x91\xa1x", "\x92\xc4", "\x90\xc0"})
    EXPECT_FALSE(parseDocuments(body).ok()) << body;
}

TEST(Messages, EveryPrefixIsAnError) {
  const auto body = packAnswers({{sdk::Error{FLEET_E_SCHEMA, "X1", "a.b", "wrong", "mend", 0},
                                  {{FLEET_SEVERITY_WARNING, {FLEET_OK, "X2", "c", "odd", "look", 7}}}}});
  for (std::size_t size = 0; size < body.size(); ++size) EXPECT_FALSE(parseAnswers(body.substr(0, size)).ok());
}

}  // namespace
}  // namespace fleetd::plugin
