#include "tools/seal_commands.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "tools/sealing.h"

namespace pegel::tools {
namespace {

constexpr char kCredentials[] = "security.sasl.plain.credentials";
constexpr char kToken[] = "metrics.reporter.influxdb.token";
constexpr char kPlain[] = "kv.snapshot.interval";
constexpr char kClear[] = "hunter2hunter2";

const Principal kRoot{"User", "root"};
const Principal kGuest{"User", "guest"};
const RequestId kId{1, 2};

SecretKey KeyOf(uint8_t byte) {
  SecretKey key;
  key.bytes.fill(byte);
  return key;
}

const Keyring& Ring() {
  static const auto* const ring = new Keyring({KeyOf(1)});
  return *ring;
}
const Keyring& RotatedRing() {
  static const auto* const ring = new Keyring({KeyOf(2), KeyOf(1)});
  return *ring;
}
const Keyring& OtherRing() {
  static const auto* const ring = new Keyring({KeyOf(2)});
  return *ring;
}

Command Set(const std::string& key, const std::string& value, config::Op op = config::Op::kSet) {
  return AlterConfigs{{{op, key, value}}};
}

Command Sealed(const Command& command, const CallName& call = {kRoot, kId}) {
  auto sealed = SealSecrets(&Ring(), command, call);
  if (auto* error = std::get_if<Error>(&sealed)) ADD_FAILURE() << error->message;
  return std::get<Command>(sealed);
}

Error Refusal(const Keyring* ring, const Command& command) {
  auto sealed = SealSecrets(ring, command, {kRoot, kId});
  auto* error = std::get_if<Error>(&sealed);
  if (error == nullptr) ADD_FAILURE() << "not refused";
  return error == nullptr ? Error{} : *error;
}

const config::Value& ValueOf(const Command& command, size_t i = 0) {
  return *std::get<AlterConfigs>(command).changes[i].value;
}

TEST(SealSecrets, ASecretIsSealedWholeAndOpensAgain) {
  Command sealed = Sealed(Set(kToken, kClear));
  const auto& seal = std::get<config::Sealed>(ValueOf(sealed));
  EXPECT_EQ(Ring().Open({kToken, ""}, seal).value(), kClear);
  EXPECT_FALSE(absl::StrContains(seal.box, kClear));
}

TEST(SealSecrets, OfCredentialsOnlyThePasswordsAreSealed) {
  for (config::Op op : {config::Op::kSet, config::Op::kAppend, config::Op::kSubtract}) {
    Command sealed = Sealed(Set(kCredentials, "root:hunter2hunter2,guest:ab", op));
    const auto& map = std::get<config::SealedMap>(ValueOf(sealed));
    ASSERT_EQ(map.entries.size(), 2u);
    EXPECT_EQ(map.entries[0].name, "root");
    EXPECT_EQ(Ring().Open({kCredentials, "root"}, map.entries[0].value).value(), kClear);
    EXPECT_EQ(map.entries[1].name, "guest");
    EXPECT_EQ(Ring().Open({kCredentials, "guest"}, map.entries[1].value).value(), "ab");
    EXPECT_FALSE(Ring().Open({kCredentials, "guest"}, map.entries[0].value).ok());
  }
}

TEST(SealSecrets, ARetryIsTheSameCommandAndAnotherCallIsNot) {
  Command command = Set(kCredentials, "root:hunter2hunter2");
  EXPECT_EQ(Sealed(command), Sealed(command));
  EXPECT_NE(Sealed(command), Sealed(command, {kRoot, RequestId{1, 3}}));
  EXPECT_NE(Sealed(command), Sealed(command, {kGuest, kId})) << "an id belongs to its principal";
  EXPECT_NE(Sealed(command, {kRoot, {}}), Sealed(command, {kRoot, {}})) << "no id, no retry";
}

TEST(SealSecrets, OneSecretTwiceInACallDoesNotShow) {
  Command sealed = Sealed(Set(kCredentials, "a:same-password,b:same-password"));
  const auto& map = std::get<config::SealedMap>(ValueOf(sealed));
  EXPECT_NE(map.entries[0].value.box, map.entries[1].value.box);
}

TEST(SealSecrets, WhatIsNoSecretIsLeftAsItIs) {
  for (const Command& command :
       {Set(kPlain, "10min"), Set(kPlain, "${x:y}"),
        Command(AlterConfigs{{{config::Op::kDelete, kToken, std::nullopt}}}),
        Command(AlterConfigs{{{config::Op::kSet, kToken, std::nullopt}}}),
        Command(GetConfigs{{kToken}}), Command(AlterConfigs{})}) {
    auto left = SealSecrets(nullptr, command, {kRoot, kId});
    ASSERT_TRUE(std::holds_alternative<Command>(left));
    EXPECT_EQ(std::get<Command>(left), command);
  }
}

TEST(SealSecrets, EveryChangeOfACallIsSealed) {
  Command sealed = Sealed(AlterConfigs{{{config::Op::kSet, kPlain, "10min"},
                                        {config::Op::kSet, kToken, kClear},
                                        {config::Op::kSet, "datalake.s3.secret-key", kClear}}});
  EXPECT_FALSE(config::IsSealed(ValueOf(sealed, 0)));
  EXPECT_TRUE(config::IsSealed(ValueOf(sealed, 1)));
  EXPECT_TRUE(config::IsSealed(ValueOf(sealed, 2)));
}

AlterConfigs SetAll(std::vector<std::pair<std::string, std::string>> pairs) {
  AlterConfigs alter;
  for (auto& [key, value] : pairs) alter.changes.push_back({config::Op::kSet, key, value});
  return alter;
}

// The natural slips: one user an argument, key and value exchanged.
TEST(SealSecrets, ASecretInThePlaceOfAKeyIsRefusedAndNotRepeated) {
  for (const AlterConfigs& alter :
       {SetAll({{kCredentials, "root:a"}, {"guest:hunter2", "ops:hunter2"}}),
        SetAll({{kCredentials, "root:a"}, {"hunter2", "x"}}),
        SetAll({{kCredentials, "root:a"}, {"hunter2.with.dots", "x"}}),
        SetAll({{"hunter2.with.dots", kCredentials}}), SetAll({{"hunter2", kCredentials}}),
        SetAll({{"guest:hunter2", "x"}}), SetAll({{"Hunter2", "x"}})}) {
    Error error = Refusal(&Ring(), alter);
    EXPECT_EQ(error.code, ErrorCode::kConfig);
    EXPECT_TRUE(absl::StrContains(error.message, "is not allowed to be changed dynamically"))
        << "Fluss's words, which scripts look for: " << error.message;
    EXPECT_TRUE(absl::StrContains(error.message, "neither logged")) << error.message;
    EXPECT_FALSE(absl::StrContains(error.message, "unter2")) << error.message;
  }
}

// They are history, and a slip in a key is shown.
TEST(SealSecrets, KeysThatAreOnlyMisspeltGoOnToTheReducer) {
  for (const AlterConfigs& alter :
       {SetAll({{"kv.snapshot.intervall", "1 s"}}), SetAll({{"no.such.secret", "x"}}),
        SetAll({{kCredentials, "root:a"}, {kPlain, "1 s"}}),
        SetAll({{"tablet-server.id", "1"}, {"datalake.X_y", "1"}})}) {
    EXPECT_TRUE(std::holds_alternative<Command>(SealSecrets(&Ring(), alter, {kRoot, kId})));
  }
}

TEST(SealSecrets, ASecretLongerThanAnyValueIsRefusedBeforeItIsSealed) {
  Error error = Refusal(&Ring(), Set("datalake.paimon.s3.secret-key", std::string(16'385, 'x')));
  EXPECT_EQ(error.code, ErrorCode::kLimitExceeded);
}

TEST(SealSecrets, WithoutAKeyFileASecretIsRefusedWithWhatToDo) {
  Error error = Refusal(nullptr, Set(kToken, kClear));
  EXPECT_EQ(error.code, ErrorCode::kNoSecretKey);
  for (const char* part : {kToken, "pegel keygen FILE", "pegel.secrets.key-file: FILE"}) {
    EXPECT_TRUE(absl::StrContains(error.message, part)) << error.message;
  }
  EXPECT_FALSE(absl::StrContains(error.message, "hunter2"));
}

TEST(SealSecrets, AMarkerIsRefusedInFlussWords) {
  Error error = Refusal(&Ring(), Set(kToken, "${env:hunter2}"));
  EXPECT_EQ(error.code, ErrorCode::kConfig);
  EXPECT_EQ(error.message,
            "Config provider markers are resolved at startup only and are not supported in dynamic "
            "configuration: key 'metrics.reporter.influxdb.token'.");
  EXPECT_TRUE(config::IsSealed(ValueOf(Sealed(Set(kToken, "${}")))));
}

TEST(SealSecrets, CredentialsOfNoRightFormAreRefusedUnseen) {
  for (const char* bad : {"hunter2", "root:hunter2,root:hunter2", "root:hunter2:x", "root:'hunter2",
                          "hunter2:", ":hunter2"}) {
    Error error = Refusal(&Ring(), Set(kCredentials, bad));
    EXPECT_EQ(error.code, ErrorCode::kConfig) << bad;
    EXPECT_TRUE(absl::StrContains(error.message, kCredentials)) << error.message;
    EXPECT_FALSE(absl::StrContains(error.message, "hunter2")) << error.message;
  }
}

using Statics = std::map<std::string, config::Value>;

Statics SealedStatics(const Keyring& ring, const std::map<std::string, std::string>& configs,
                      const config::ConfigState& state = {}) {
  auto sealed = SealStatics(&ring, configs, state);
  if (auto* error = std::get_if<Error>(&sealed)) ADD_FAILURE() << error->message;
  return std::get<Statics>(sealed);
}

config::ConfigState StateOf(const Statics& statics, const Statics& dynamics = {}) {
  config::ConfigState state;
  for (const auto& [key, value] : statics) state.statics[key] = {value, Lsn{1}};
  for (const auto& [key, value] : dynamics) state.dynamics[key] = {value, Lsn{2}};
  return state;
}

TEST(SealStatics, AnUnchangedFileGivesTheSealsThatAreHeld) {
  const std::map<std::string, std::string> file = {
      {kToken, kClear}, {kCredentials, "root:pw1,guest:pw2"}, {kPlain, "10min"}};
  Statics first = SealedStatics(Ring(), file);
  EXPECT_EQ(first.at(kPlain), config::Value("10min"));
  EXPECT_EQ(SealedStatics(Ring(), file, StateOf(first)), first);
  EXPECT_EQ(SealedStatics(RotatedRing(), file, StateOf(first)), first) << "the old key still opens";
  EXPECT_NE(SealedStatics(Ring(), file), first) << "without the state nothing repeats";
}

TEST(SealStatics, AChangedSecretIsSealedAnew) {
  Statics first = SealedStatics(Ring(), {{kToken, kClear}, {kCredentials, "root:pw1,guest:pw2"}});
  for (const char* changed :
       {"root:pw1", "guest:pw2,root:pw1", "root:pw1,guest:other", "root:pw1,guest:pw2,x:y"}) {
    Statics next =
        SealedStatics(Ring(), {{kToken, kClear}, {kCredentials, changed}}, StateOf(first));
    EXPECT_EQ(next.at(kToken), first.at(kToken));
    EXPECT_NE(next.at(kCredentials), first.at(kCredentials)) << changed;
  }
}

TEST(SealStatics, ASealThatNoKeyOpensIsReplaced) {
  Statics first = SealedStatics(Ring(), {{kToken, kClear}});
  Statics next = SealedStatics(OtherRing(), {{kToken, kClear}}, StateOf(first));
  EXPECT_EQ(std::get<config::Sealed>(next.at(kToken)).key_id, OtherRing().newest_id());
}

TEST(SealStatics, MarkersAndTextsThatAreTooLongAreRefused) {
  auto marker = SealStatics(&Ring(), {{kToken, "${env:PW}"}}, {});
  EXPECT_EQ(std::get<Error>(marker).message,
            "Config provider markers (${...}) are not supported: key "
            "'metrics.reporter.influxdb.token'. Write the value itself.");
  auto credentials = SealStatics(&Ring(), {{kCredentials, "${env:PW}"}}, {});
  EXPECT_TRUE(absl::StrContains(std::get<Error>(credentials).message, "markers"));
  auto too_long = SealStatics(&Ring(), {{kToken, std::string(16'385, 'x')}}, {});
  EXPECT_EQ(std::get<Error>(too_long).code, ErrorCode::kLimitExceeded);
}

TEST(SealStatics, WithoutAKeyFileASecretIsRefused) {
  auto refused = SealStatics(nullptr, {{kPlain, "1h"}, {kToken, kClear}}, {});
  ASSERT_TRUE(std::holds_alternative<Error>(refused));
  EXPECT_EQ(std::get<Error>(refused).code, ErrorCode::kNoSecretKey);
  EXPECT_TRUE(std::holds_alternative<Statics>(SealStatics(nullptr, {{kPlain, "1h"}}, {})));
}

TEST(ResealAll, RenewsEverySealAndNothingElse) {
  Statics statics = SealedStatics(Ring(), {{kToken, kClear}, {kPlain, "1h"}});
  Statics dynamics = SealedStatics(Ring(), {{kCredentials, "root:pw1,guest:pw2"}});
  config::ConfigState state = StateOf(statics, dynamics);
  state.dynamics["masked"] = {std::nullopt, Lsn{3}};
  auto renewed = std::get<ResealSecrets>(ResealAll(RotatedRing(), state, {kRoot, kId}));
  ASSERT_EQ(renewed.statics.size(), 1u);
  ASSERT_EQ(renewed.dynamics.size(), 1u);
  const auto& token = std::get<config::Sealed>(renewed.statics.at(kToken));
  EXPECT_EQ(token.key_id, RotatedRing().newest_id());
  EXPECT_EQ(OtherRing().Open({kToken, ""}, token).value(), kClear) << "the old key is not needed";
  EXPECT_TRUE(
      OpensTo(OtherRing(), kCredentials, renewed.dynamics.at(kCredentials), "root:pw1,guest:pw2"));
  EXPECT_EQ(std::get<ResealSecrets>(ResealAll(RotatedRing(), state, {kRoot, kId})), renewed)
      << "a retry is the same command";
}

TEST(ResealAll, ASealThatNoKeyOpensIsNamedWithItsKeyId) {
  config::ConfigState state = StateOf(SealedStatics(Ring(), {{kToken, kClear}}));
  auto refused = ResealAll(OtherRing(), state, {kRoot, kId});
  ASSERT_TRUE(std::holds_alternative<Error>(refused));
  const Error& error = std::get<Error>(refused);
  EXPECT_EQ(error.code, ErrorCode::kNoSecretKey);
  EXPECT_TRUE(absl::StrContains(error.message, kToken)) << error.message;
  EXPECT_TRUE(absl::StrContains(error.message, Ring().newest_id())) << error.message;
}

}  // namespace
}  // namespace pegel::tools
