#include "kernel/plugin/instance.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace fleetd::plugin {
namespace {

// A plugin made of this test: it notes what is called and answers as told.
struct Fake {
  std::string calls;
  fleet_status_t initStatus = FLEET_OK, activateStatus = FLEET_OK;
  bool hasExtensions = true;
  fleet_plugin_t c{};

  static Fake& self(const fleet_plugin_t* p) { return *static_cast<Fake*>(p->impl); }
  Fake() {
    c.struct_size = FLEET_SIZE(fleet_plugin_t);
    c.impl = this;
    c.init = [](const fleet_plugin_t* p, fleet_error_t* err) {
      self(p).calls += 'i';
      std::strcpy(err->message, "init says no");
      return self(p).initStatus;
    };
    c.activate = [](const fleet_plugin_t* p, fleet_bytes_t settings, fleet_error_t*) {
      self(p).calls += 'a' + std::string(static_cast<const char*>(settings.data), settings.size);
      return self(p).activateStatus;
    };
    c.deactivate = [](const fleet_plugin_t* p) { self(p).calls += 'd'; };
    c.destroy = [](const fleet_plugin_t* p) { self(p).calls += 'x'; };
    c.on_callback = [](const fleet_plugin_t* p) { self(p).calls += 'c'; };
    c.get_extension = [](const fleet_plugin_t* p, const char* id) -> const void* {
      static const fleet_plugin_schema_t schema{[](const fleet_plugin_t*, const fleet_writer_t* out, fleet_error_t*) {
        return out->write(out, "schema", 6);
      }};
      static const fleet_plugin_contribute_t contribute{
          nullptr,
          [](const fleet_plugin_t*, fleet_bytes_t, fleet_error_t*) -> fleet_status_t { return FLEET_E_DENIED; },
          [](const fleet_plugin_t*, fleet_bytes_t view, const fleet_writer_t* out, fleet_error_t*) {
            const auto half = view.size / 2;
            out->write(out, view.data, half);  // in two pieces
            return out->write(out, static_cast<const char*>(view.data) + half, view.size - half);
          }};
      if (!self(p).hasExtensions) return nullptr;
      if (std::strcmp(id, FLEET_EXT_SCHEMA) == 0) return &schema;
      return std::strcmp(id, FLEET_EXT_CONTRIBUTE) == 0 ? &contribute : nullptr;
    };
  }
};

TEST(Instance, GoesThroughItsLife) {
  Fake fake;
  {
    Instance instance(&fake.c);
    EXPECT_EQ(instance.state(), State::created);
    EXPECT_TRUE(instance.init().ok());
    EXPECT_EQ(instance.state(), State::inactive);
    EXPECT_TRUE(instance.activate("1").ok());
    EXPECT_EQ(instance.state(), State::active);
    instance.callback();
    instance.deactivate();
    EXPECT_TRUE(instance.activate("2").ok());
  }
  EXPECT_EQ(fake.calls, "ia1cda2dx");
}

TEST(Instance, AFailedInitDestroys) {
  Fake fake;
  fake.initStatus = FLEET_E_IO;
  {
    Instance instance(&fake.c);
    const auto done = instance.init();
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().status, FLEET_E_IO);
    EXPECT_EQ(done.error().message, "init says no");
    EXPECT_EQ(instance.state(), State::gone);
    EXPECT_EQ(instance.activate("").error().status, FLEET_E_STATE);
    EXPECT_EQ(instance.init().error().status, FLEET_E_STATE);
  }
  EXPECT_EQ(fake.calls, "ix");
}

TEST(Instance, AFailedActivationLeavesItInactiveAndMayBeRepeated) {
  Fake fake;
  fake.activateStatus = FLEET_E_IO;
  {
    Instance instance(&fake.c);
    ASSERT_TRUE(instance.init().ok());
    EXPECT_FALSE(instance.activate("").ok());
    EXPECT_EQ(instance.state(), State::inactive);
    EXPECT_EQ(instance.contribute("x").error().status, FLEET_E_STATE);
    fake.activateStatus = FLEET_OK;
    EXPECT_TRUE(instance.activate("").ok());
  }
  EXPECT_EQ(fake.calls, "iaadx");
}

TEST(Instance, CallsAreRefusedInTheWrongState) {
  Fake fake;
  Instance instance(&fake.c);
  EXPECT_EQ(instance.schema().error().status, FLEET_E_STATE);
  ASSERT_TRUE(instance.init().ok());
  EXPECT_TRUE(instance.schema().ok());  // allowed before activation
  for (const auto& status :
       {instance.rules().error().status, instance.contribute("").error().status, instance.render("").error().status,
        instance.check("").error().status, instance.fleet("").error().status})
    EXPECT_EQ(status, FLEET_E_STATE);
  instance.callback();    // not active: nothing
  instance.deactivate();  // the same
  EXPECT_EQ(fake.calls, "i");
  ASSERT_TRUE(instance.activate("").ok());
  EXPECT_EQ(instance.activate("").error().status, FLEET_E_STATE);
  instance.destroy();  // active: must be deactivated first
  EXPECT_EQ(instance.state(), State::active);
}

TEST(Instance, DestroysAnObjectThatWasNeverInitialised) {
  Fake fake;
  { Instance instance(&fake.c); }
  EXPECT_EQ(fake.calls, "x");
}

TEST(Instance, MovesWithoutDestroyingTwice) {
  Fake fake;
  {
    Instance first(&fake.c);
    ASSERT_TRUE(first.init().ok());
    Instance second(std::move(first));
    EXPECT_EQ(second.state(), State::inactive);
  }
  EXPECT_EQ(fake.calls, "ix");
}

TEST(Instance, CollectsWhatIsWritten) {
  Fake fake;
  Instance instance(&fake.c);
  ASSERT_TRUE(instance.init().ok() && instance.activate("").ok());
  EXPECT_EQ(*instance.schema(), "schema");
  const std::string view(100'001, 'v');
  EXPECT_EQ(*instance.contribute(view), view);
  EXPECT_EQ(instance.fleet("").error().status, FLEET_E_DENIED);
}

TEST(Instance, WhatAPluginDoesNotHaveIsUnsupported) {
  Fake fake;
  Instance instance(&fake.c);
  ASSERT_TRUE(instance.init().ok() && instance.activate("").ok());
  EXPECT_EQ(instance.rules().error().status, FLEET_E_UNSUPPORTED);  // the extension without this function
  EXPECT_EQ(instance.render("").error().status, FLEET_E_UNSUPPORTED);
  EXPECT_EQ(instance.check("").error().status, FLEET_E_UNSUPPORTED);
  fake.hasExtensions = false;
  EXPECT_EQ(instance.schema().error().status, FLEET_E_UNSUPPORTED);
  EXPECT_EQ(instance.contribute("").error().status, FLEET_E_UNSUPPORTED);
  EXPECT_EQ(instance.fleet("").error().status, FLEET_E_UNSUPPORTED);
}

}  // namespace
}  // namespace fleetd::plugin
