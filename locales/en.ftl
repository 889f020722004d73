# English. One text for each key; `$name` is a value. The words of contract.md's forms are fixed: checks find their way by them.

## Everywhere

title-error = Error: { $title }
title-to = { $title } to continue to { $app }
title-own = { $title } · Rollcall
title-of = { $title } · { $organization }
to-continue-to = to continue to { $app }
continue = Continue
allow = Allow
deny = Deny
join = Join
sign-in = Sign in
sign-out = Sign out
create-account = Create account
create-organization = Create organization
use-another-account = Use another account
signed-in-as = Signed in as { $email }
go-to-account = Go to your account
form-faults = Check what is marked below
optional = (optional)
no-role = No role
skip-to-page = Skip to the page
request-failed = The server didn’t answer as it should. What you see may be out of date. Try again.
your-account = Your account

privacy-policy = Privacy policy
privacy-policy-of = { $app }’s privacy policy
terms = Terms
terms-of = { $app }’s terms

## Fields

field-email = Email
field-password = Password
field-name = Name
field-organization-name = Organization name
field-role = Role
field-group = Group
field-person = Person
field-until = Until

fault-email-missing = Enter your email address.
fault-email-malformed = Enter an address like name@example.com.
fault-email-taken = There is an account with this address already. Sign in instead.
fault-email-in-progress = An account with this address is being made. Try again in a minute, or sign in.
fault-name-missing = Enter your name.
fault-name-long = Use at most { $most } characters.
fault-password-missing = Enter a password.
fault-password-short = Use at least { $least } characters. A short sentence is easy to remember.
fault-password-long = Use at most { $most } characters.
fault-password-common = This password is too common. Choose one that others wouldn’t think of.
fault-organization-name-missing = Enter a name.
fault-organization-name-long = Use at most { $most } characters.
fault-nameless = Enter a name.
fault-too-long = Use at most { $most } characters.
fault-application-gone = That application is not there any more. Choose another one, or none.

person-hint = Name or email address of a member.
person-hint-address = Email address of a member.
fault-person-missing = Say who is meant.
fault-person-unknown = No member is found by this. Check it, or invite this person first.
fault-person-several = Several people are called so. Choose one by their email address.

## Sign in

sign-in-password-missing = Enter your password.
sign-in-wrong = That email and password don’t match
sign-in-wrong-hint = Check both and try again.
sign-in-password-again = Enter your password again.
keep-me-signed-in = Keep me signed in
new-to-app = New to { $app }?
new-here = New here?

## Sign up

sign-up-title = Create your account
sign-up-password-hint = At least { $least } characters. A short sentence is easy to remember.
have-account = Already have an account?

## Choose an account

select-account-title = Choose an account
continue-as = Continue as { $name }

## The organization of a login

choose-organization-title = Choose an organization
no-role-yet = No role yet
continue-without-organization = Continue without an organization
create-organization-title = Create your organization
create-organization-hint = The company or team that you work in. You become its administrator and can invite others.
no-organization-title = Ask for an invitation
no-organization-text = You aren’t in an organization yet, and new ones are made by the operators of this server. Ask an administrator of yours to invite you.
go-on-without = Go on without
back-to = Back to { $app }
back-to-account = Back to your account

## Joining

join-title = Join { $organization }
join-question = Join { $organization }?
join-seen = Its members see your name and email
join-seen-text = Its administrators decide about your roles.
join-first = You become its administrator
join-first-text = You are the first to join.
join-member = You become a member
join-member-text = With the roles that everyone gets who joins.
not-now = Not now

## Consent

consent-question = Allow { $app }?
consent-text = Here is what it could do for you.
consent-text-at = Here is what it could do for you at { $organization }.
consent-until-sign-out = This lasts until you sign out.
consent-return = You go back to { $host }.
consent-away = Keep access while you are away
consent-away-text = Until you take it back
consent-identity = Know who you are
consent-identity-alone = That it is you
consent-roles = See your roles at { $organization }
consent-roles-now = Now { $roles }. Not in your other organizations.
consent-roles-none = You have no role there yet. Not in your other organizations.
consent-act-as = Act as { $role }
consent-act-as-text = At { $organization }, while you have this role
consent-permission-text = Only while your roles allow it
consent-permission-text-at = Only while your roles at { $organization } allow it
consent-permission-of = At { $api }. { $text }

# A list of what is asked for: the first word of the line is the first of a sentence.
claim-name = { $place ->
    [first] Your name
   *[later] your name
  }
claim-given_name = { $place ->
    [first] Your given name
   *[later] your given name
  }
claim-family_name = { $place ->
    [first] Your family name
   *[later] your family name
  }
claim-middle_name = { $place ->
    [first] Your middle name
   *[later] your middle name
  }
claim-nickname = { $place ->
    [first] Your nickname
   *[later] your nickname
  }
claim-preferred_username = { $place ->
    [first] Your user name
   *[later] your user name
  }
claim-profile = { $place ->
    [first] Your profile page
   *[later] your profile page
  }
claim-picture = { $place ->
    [first] Your picture
   *[later] your picture
  }
claim-website = { $place ->
    [first] Your website
   *[later] your website
  }
claim-gender = { $place ->
    [first] Your gender
   *[later] your gender
  }
claim-birthdate = { $place ->
    [first] Your birthday
   *[later] your birthday
  }
claim-zoneinfo = { $place ->
    [first] Your time zone
   *[later] your time zone
  }
claim-locale = { $place ->
    [first] Your language
   *[later] your language
  }

## A device

device-code-title = Connect a device
device-code-text = Enter the code that your device shows.
device-linked-title = Is this the code on your device?
device-linked-text = Go on only if your device shows it, and you started this yourself.
field-code = Code
device-code-hint = Eight letters. Small ones do, and the dash isn’t needed.
device-code-missing = Enter the code that your device shows.
device-code-wrong = That code isn’t right, or its time is over. Check it, or get a new one on your device.
device-code-spent = This code was used already, or its time is over. Get a new one on your device.
device-code-warning = Somebody sent you this code? Close this page: it would let them in with your account.
device-question = Allow { $app } on your device?
device-text = It would act for you until you take that back.
device-text-at = It would act for you at { $organization } until you take that back.
device-compare = Your device has to show this code
device-compare-text = Deny if it shows another one, or if somebody sent you the code: they would be let in with your account.
device-done-title = Device connected
device-done-heading = Your device is connected
device-done-text = You can use { $app } there now. It may take a few seconds.
device-done-text-at = You can use { $app } there now, at { $organization }. It may take a few seconds.
device-done-close = You can close this page. Signing out in this browser doesn’t end it.
device-connected-as = Connected as { $email }
the-application-first = The application
device-denied-title = No access given
device-denied = You denied it, so the device got no access. You can close this page.
device-denied-no-organization = It needs an organization that you act in, so the device got no access. You can close this page.
device-denied-refused = The device asks for an organization or a role that you don’t have, so it got no access. You can close this page.
page-ended-title = This page has ended
device-ended-text = If you have allowed your device already, it can be used now. If not, enter its code again.
device-enter-code = Enter a code
interaction-ended-text = It was left open for too long, or the sign-in went on in another tab. Go back to the application and start again; nothing is lost.

## Signing out

signed-out-title = Signed out
signed-out-text = Your session in this browser has ended. You can close this page.
sign-in-again = Sign in again
sign-out-question = Sign out?
sign-out-text = This ends your session in this browser, in every application.
sign-out-text-for = { $app } asks to sign you out. This ends your session in this browser, in every application.
stay-signed-in = Stay signed in
still-signed-in-title = Still signed in
still-signed-in-text = Your session in this browser goes on.
still-signed-in-text-for = Your session in this browser goes on. { $app } may have signed you out on its own side.

## Back to the application

form-post-text = One moment. If nothing happens, press the button.
form-post-title = Back to { $app }
the-application = the application

## The first operator

setup-title = Become the first operator
setup-question = Become the first operator?
setup-text = Nobody runs { $host } yet.
setup-run = You run this server
setup-run-text = Its applications, APIs and signing keys, and every organization and person on it.
setup-once = This link works once
setup-once-text = From then on operators say who else is one.

## Errors

error-heading = Something went wrong
error-heading-400 = This can’t go on
error-heading-403 = This can’t be done
error-heading-404 = Nothing here
error-heading-413 = Too large
error-heading-421 = Another server’s address
error-heading-429 = Try again later
error-heading-503 = Try again in a moment
error-not-found = This page isn’t there, or isn’t for you. A link from a mail works once, and for a time.
error-request = Request { $id }
error-client = The application that sent you here isn’t known. Go back to it and try again, or tell who runs it.
error-redirect-uri = The application asked to send you to an address that isn’t registered for it. Tell who runs it.
error-access-denied = You can’t go on to this application.
error-protocol = The application’s request can’t be answered. Go back to it and try again, or tell who runs it.
error-session = This sign-in has ended. Go back to the application and start again.

## The frame of the account's pages

switch-organization = switch organization
your-organizations = Your organizations
nav-profile = Profile
nav-organizations = Organizations
nav-overview = Overview
nav-members = Members
nav-groups = Groups
nav-roles = Roles
nav-activity = Activity
nav-settings = Settings
operator-notice = You see { $organization } as an operator of this server. The visit is in its activity.
where-you-are = Where you are
pages = Pages
first-page = First
next-page = Next
cancel = Cancel
confirm = Confirm
save = Save
remove = Remove
end = End
suspend = Suspend
reactivate = Reactivate
add-role = Add role
add-to-group = Add to group
end-all-sessions = End all sessions
remove-from-organization = Remove from organization
via = via { $group }
until = until { $date }
remove-named = Remove { $name }
status-suspended = Suspended

## Your account

email-verified = Verified
email-not-verified = Not verified
operator = Operator of this server
about-you = About you
fact-email = Email
fact-account = Account
fact-since = Since
no-organizations = You aren’t in an organization yet
no-organizations-create = Create one for your company or team, or ask an administrator for an invitation.
no-organizations-run = You run this server. Those who do are members of an organization of its own.
no-organizations-see = See who runs this server
no-organizations-ask = Ask an administrator for an invitation.
create-organization-foot = Applications can ask you to sign in for it at once.
organization-created = { $name } is there. You are its administrator.
leave = Leave
leave-named = Leave { $name }
leave-question = Leave { $name }?
leave-text = Your roles and groups there go at once. To come back you need an invitation, unless the organization is open.
leave-only-administrator = You are its only administrator. Make someone else one first.
leave-kept = You are its only administrator, so you can’t leave.
leave-only-member = You are the only member, so you can’t leave.
organization-left = You have left { $name }.

## What is refused

refused-last-administrator = An organization needs an administrator. Make someone else one first.
refused-last-administrator-of = { $name } is the only administrator. Make someone else one first.
refused-too-many-administrators = An organization can have 500 administrators.
refused-stale = Somebody else has changed this meanwhile. Look at it as it is now, then change it.
refused-forbidden = Your roles don’t allow this.
refused-single-role = Each member of this organization has exactly one role, without an end date. Give another, and it replaces this one.
refused-preview-expired = This preview is too old. Preview it again.
refused-bulk-cancelled = This was called off. Preview it again.
refused-bulk-ended = This has ended already. Undo it instead.
refused-bulk-running = This is still running. Stop it, or wait.
refused-not-previewed = This isn’t previewed yet. Wait a moment.
refused-not-applied = Nothing was changed, so there is nothing to undo.
refused-filter-gone = The list was narrowed by a role or group that isn’t there any more. Go back to the members and choose again.
refused-too-many-organizations = You have made many organizations lately. Make the next one tomorrow.
refused-too-many-members = One change is about 10,000 people at most. Choose fewer.
refused-too-many-bulk = There are many such changes in this organization already. Call off some that nobody needs.
refused-upgrading = The lists are being brought up to date after an upgrade. Try again in a few minutes.
refused-not-a-member = Not a member here, or not any more
refused-not-in-filter = Not in the list any more
refused-changed-since = Somebody has changed this since; it stays as they left it
refused-cancelled = Not reached before it was stopped
refused-not-active = Only an active member can be an administrator. Reactivate them first.
refused-invalid = Some of this can’t be taken. Check it and try again.
refused-role-mode = Somebody has several roles, or one with an end date, or a group carries one. Change that first.
refused-already-member = They are a member already.
refused-built-in = This is built in and stays as it is.
refused-role-taken = There is a role with this key already. Choose another key.
refused-too-many-roles = There are as many roles here as there can be. Delete one that nobody needs.
refused-too-many-groups = There are as many groups here as there can be. Delete one that nobody needs.
refused-slug-taken = Too many organizations have this name. Choose another one.
refused-organizations = Organizations are made by the operators of this server.
refused-too-often = There were too many tries. Wait a while, then try again.
refused-too-many-links = Too many links from your network opened nothing. Try again in a while.
refused-too-many-accounts = Too many accounts were made from your network. Try again in a while.
refused-busy = Somebody else is changing this all the time. Try again in a moment.
refused-unavailable = This server is busy or its database is away. Try again in a moment.
refused-server-error = Something went wrong on our side. Try again.
refused-csrf = This form was open for too long, or came from elsewhere. Go back, load the page again and try once more.
refused-form = This form could not be read.
refused-form-large = This form holds more than a page of ours sends.
refused-misdirected = This server answers for another host. Check the address.

## Lists

search = Search
search-members = name or email
any = Any
apply = Apply
filter-role = Role
filter-group = Group
filter-status = Status
status-active = Active
status-disabled = Disabled
count = { $count }
count-more = { $count }+
shown-of = { $shown } of { $total }
shown-of-more = { $shown } of more than { $total }
select-page = Select all on this page
select-named = Select { $name }
column-name = Name
column-roles = Roles
column-status = Status
column-joined = Joined

## Members

members-none-found = Nobody is found
members-none-found-text = Search finds the beginnings of names and addresses. Filters narrow it further.
members-choose-for-role = Choose who gets { $role }
members-choose-for-group = Choose who joins { $group }
members-choose-text = Tick them in the list.
members-choose-stop = Stop choosing
members-show-all = Show all members
members-none = Nobody is here yet
members-none-text = Who joins first becomes the administrator.

## One member

joined-on = Joined { $date }
groups-of = Groups of { $name }
sessions-of = Sessions of { $name }
member-sessions = Sessions
fact-member = Member

member-roles-held = Roles that { $name } holds
member-roles-hint = A dashed one comes through a group and goes with it.
member-roles-single = Each member of this organization has exactly one role.
member-only-administrator = { $name } is the only administrator. Make someone else one first; then this can be taken away.
member-give = Give another role
member-give-other = Give another role instead
member-replaces = It replaces the role held now, from the next token, at most { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
  } from now.
member-suspended-here = Suspended: no tokens for { $organization } until you reactivate them.
member-suspended-read = Suspended: no tokens for { $organization } until an administrator reactivates them.
member-disabled-here = This account is disabled by an operator of this server; only they can enable it.
counts-once-reactivated = Counts once reactivated.
counts-once-enabled = Counts once the account is enabled.
counts-from-next-token = Counts from the next token, at most { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
  } from now.
takes-effect = They lose it with their next token, within { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
  }. APIs that ask this server know at once.
choose-role = Choose a role
choose-group = Choose a group
picker-held = Held already: a new end date replaces the old one
fault-role-missing = Choose a role.
fault-role-unknown = There is no such role here.
fault-group-missing = Choose a group.
fault-group-unknown = There is no such group here.
fault-day = Enter a day like 2030-12-31.
fault-day-past = This day has passed. Choose one that is to come.
member-role-given = { $name } has { $role } now. It counts from the next token.
member-role-held = { $name } had { $role } already.
member-role-taken = { $name } doesn’t hold { $role } directly any more.
member-role-taken-and-ended = { $name } doesn’t hold { $role } directly any more, and their sessions here have ended.
member-take-question = Remove { $role } from { $name }?
member-take-kept = { $name } keeps it through { $groups }. Only what was given directly goes.
counts-at-once = They lose it at once: their tokens here end, and they sign in again.
loses-with-it = Goes with it, for no other group gives it and it isn’t held directly:
loses-nothing = No role goes with it.
also-end-sessions = And end their sessions
also-end-sessions-hint = Every token for this organization ends at once, and they sign in again.

member-groups-in = Groups that { $name } is in
member-groups-hint = Everyone in a group holds the roles that it gives.
member-groups-none = { $name } is in no group.
group-gives-nothing = Gives no role
member-add-group = Add to another group
member-group-added = { $name } is in { $group } now. It counts from the next token.
member-group-removed = { $name } isn’t in { $group } any more.
member-leave-group-question = Remove { $name } from { $group }?

member-sessions-at = Sessions at { $organization }
member-sessions-hint = Only those in which something was given here. What they do elsewhere isn’t shown.
member-sessions-none = { $name } has no session at { $organization }.
session-browser = Browser
session-device = Device
session-offline = Access while away
session-since = signed in { $time }
session-ends = until { $time }
member-session-ended = That session of { $name } has ended here.
member-sessions-ended = { $name } signs in again before the next token.
member-end-sessions-question = End all sessions of { $name }?
member-end-sessions-text = Every token for { $organization } ends at once. { $name } signs in again before the next one. What they do elsewhere goes on.

member-access = Access
member-suspend-question = Suspend { $name }?
member-suspend-text = { $name } gets no tokens for { $organization } until you reactivate them. Roles and groups are kept.
member-reactivate-text = { $name } has the same roles and groups again, from the next sign-in.
member-remove-question = Remove { $name } from { $organization }?
member-remove-text = Roles and groups of { $name } at { $organization } go at once, and so do their tokens. The account stays.
member-suspended = { $name } is suspended. Their tokens here have ended.
member-reactivated = { $name } is active again.
member-removed = { $name } isn’t a member of { $organization } any more.
member-in-token = In a token now
member-no-token = No token now
member-in-token-text = What applications get for { $name } at { $organization }.

## Bulk operations

bulk-actions = What to do with those who are selected
selected = selected
bulk-nobody = Select somebody first.
bulk-clear = Select nobody
bulk-all = All { $count } in this list
bulk-all-more = All of more than { $count } in this list
bulk-give-role = Give a role
bulk-take-role = Take a role
bulk-remove-from-group = Remove from group
bulk-preview = Preview
bulk-new-foot = Nothing changes yet: you see what would become of each of them first.
bulk-new-give = Give a role to { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-new-give-all = Give a role to everyone in the list
bulk-new-take = Take a role from { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-new-take-all = Take a role from everyone in the list
bulk-new-add = Add { $count ->
    [one] one person
   *[other] { $count } people
  } to a group
bulk-new-add-all = Add everyone in the list to a group
bulk-new-remove = Remove { $count ->
    [one] one person
   *[other] { $count } people
  } from a group
bulk-new-remove-all = Remove everyone in the list from a group
bulk-new-suspend = Suspend { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-new-suspend-all = Suspend everyone in the list
bulk-new-reactivate = Reactivate { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-new-reactivate-all = Reactivate everyone in the list
bulk-give = Give { $role } to { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-take = Take { $role } from { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-add = Add { $count ->
    [one] one person
   *[other] { $count } people
  } to { $group }
bulk-remove = Remove { $count ->
    [one] one person
   *[other] { $count } people
  } from { $group }
bulk-suspend = Suspend { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-reactivate = Reactivate { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-undoing = Undoing “{ $change }”
bulk-give-again = Give { $role } back to { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-take-again = Take { $role } from { $count ->
    [one] one person
   *[other] { $count } people
  } again
bulk-add-again = Add { $count ->
    [one] one person
   *[other] { $count } people
  } to { $group } again
bulk-remove-again = Remove { $count ->
    [one] one person
   *[other] { $count } people
  } from { $group } again
bulk-suspend-again = Suspend { $count ->
    [one] one person
   *[other] { $count } people
  } again
bulk-reactivate-again = Reactivate { $count ->
    [one] one person
   *[other] { $count } people
  } again
bulk-everyone = Everyone
bulk-to-change = Will change
bulk-changed = Changed
bulk-already = Already so
bulk-refused = Refused
bulk-skipped = Not reached
bulk-waits = Waits
bulk-results = What becomes of each
bulk-effect-give = { $role } counts from the next token, at most { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
  } after the change.
bulk-effect-take = The next token comes without { $role }. One from before the change carries it for at most { $minutes } more { $minutes ->
    [one] minute
   *[other] minutes
  }; who introspects knows at once.
bulk-effect-take-at-once = Counts at once: who loses { $role } has their tokens here ended, and signs in again.
bulk-effect-add = What { $group } gives counts from the next token, at most { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
  } after the change.
bulk-effect-remove = The next token comes without what { $group } alone gave. One from before the change carries it for at most { $minutes } more { $minutes ->
    [one] minute
   *[other] minutes
  }; who introspects knows at once.
bulk-effect-remove-at-once = Counts at once: who loses a role with { $group } has their tokens here ended, and signs in again.
bulk-effect-suspend = They get no tokens here until you reactivate them. Roles and groups are kept.
bulk-effect-reactivate = They have the same roles and groups again, from their next sign-in.
bulk-preview-until = Nothing has changed yet. You can apply this until { $time }.
bulk-nothing-to-do = Nothing would change.
bulk-preparing = Choosing the people.
bulk-expired = This preview is too old to be applied. Nothing has changed.
bulk-called-off = Called off. Nothing has changed.
bulk-running = { $reached } of { $total } done
bulk-running-hint = It goes on by itself, also if you leave this page.
bulk-done = Done { $time }. { $changed ->
    [one] One person was changed.
   *[other] { $changed } people were changed.
  }
bulk-stopped-by-hand = Stopped { $time }. Who was reached stays changed: { $changed }.
bulk-stopped = Stopped { $time }, because whoever began it may not do this any more. Who was reached stays changed: { $changed }.
bulk-apply = Apply to { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-stop = Stop
bulk-undo-for = Undo for { $count ->
    [one] one person
   *[other] { $count } people
  }
bulk-undone-by = This was undone
bulk-undone-again = Undone in turn: “{ $change }”
bulk-undoes = Undoes “{ $change }”
look-again = Look again
column-person = Person
column-result = Result
gone-member = Not a member any more

## Roles

column-key = Key
column-role = Role
column-from = From
column-permissions = Permissions
role-kind-own = Custom
role-kind-own-of = Custom to { $organization }
role-kind-instance = Everywhere on this server
role-kind-built-in = Built in
role-create = Create role
roles-own-none = Make roles of your own
roles-own-none-text = A role says what people may do in your applications. Make one for each kind of work, then give it to people and groups.
role-new-text = A role of this organization alone. What it allows comes next.
role-new-foot = It counts for nobody until you give it to someone.
role-created = { $name } is there.
role-created-next = Choose what it allows
field-key = Key
field-description = Description
role-name-hint = What people see.
role-key-hint = What applications find in a token. It never changes. Left empty, it is made from the name.
role-description-hint = Who it is for, in one line.
fault-role-key-missing = Enter a key: this name has no letters that one could be made of.
fault-role-key-malformed = Use 1 to 63 small letters, digits, - and _, beginning with a letter.
fault-role-key-taken = The key { $key } is taken. Choose another one.

## One role

role-assignments = Assignments
role-permissions = Permissions
role-about = About { $name }
role-edit = Edit
role-delete = Delete role

role-who = Who has it
role-held = { $count ->
    [0] Nobody has it.
    [one] One person has it.
   *[other] { $count } people have it.
  }
role-allows-count = { $count ->
    [one] 1 permission
   *[other] { $count } permissions
  }
role-held-more = More than { $count } people have it.
role-groups-carry = { $groups ->
    [one] One group gives it to everyone in it.
   *[other] { $groups } groups give it to everyone in them.
  }
role-members-hidden = Your roles don’t allow you to see who has it.
role-nobody = Nobody has it yet
role-nobody-text = Give it to people one by one, or to a group: who joins the group has it, who leaves loses it.
role-nobody-text-single = Give it to somebody: it replaces the role that they have.
role-nobody-sketch-group = Finance
role-nobody-sketch-person = Ada Byron
role-give-all = Give to people or groups
role-give-one = Give to a person
role-not-yours-to-give = It carries permissions that you don’t have yourself, so others give and take it.
role-single-note = Each member has exactly one role here. To take this one from somebody, give them another.
role-only-administrator = The only administrator. Make someone else one first.
column-holder = Person or group
column-held-how = Given
role-directly = Directly
role-in-group = To everyone in it
role-group = Group
role-remove-from = Remove { $role } from { $name }
column-remove = Remove

role-give-question = Give { $name }
role-give-person = To a person
role-give-person-text = A member of this organization.
role-give-person-single = It replaces the role that the person has.
role-give = Give role
choose-many = Choose many people
role-give-many-text = For more than a few, choose them in the list of members.
role-give-group = To a group
role-give-group-text = Everyone in it has the role, also who joins it later.
role-give-group-none = There is no group that doesn’t have it already.
role-give-to-group = Give to group
role-given = { $name } has { $role } now.
role-had = { $name } has { $role } already.
role-given-to-group = Everyone in { $group } has { $role } now.


role-what = What it allows
role-count = { $carried } of { $offered } permissions
role-resource = Resource
role-none = none
role-yes = allowed
role-no = not allowed
role-this-organization = This organization
role-lacked = You don’t have this yourself
role-mirrored = As above
role-now-on = now on
role-now-off = now off
role-gone = { $count ->
    [one] It also carries one permission that can’t be given any more. Saving takes it out:
   *[other] It also carries { $count } permissions that can’t be given any more. Saving takes them out:
  }
role-fixed-built-in = It is the same in every organization. Make a role of your own for something else.
role-fixed-instance = It is the same everywhere on this server; operators change it.
role-fixed-rights = Your roles don’t allow you to change it.
role-permissions-saved = { $name } allows now what you have chosen.
role-permissions-stale = Somebody else has changed this role meanwhile. What you chose is still here, and marked where the role is different by now. Save again to have it your way.

manage-members-read = See the members and their roles
manage-members-write = Change, suspend and remove members
manage-sessions-end = End the sessions of members
manage-roles-read = See the roles
manage-roles-write = Make, change and delete roles
manage-groups-read = See the groups
manage-groups-write = Make, change and delete groups
manage-invitations-read = See the invitations
manage-invitations-write = Invite people
manage-settings-write = Change the settings
manage-domains-write = Add and prove domains
manage-audit-read = See the activity
manage-organization-leave = Leave the organization
manage-administrators-write = Make somebody an administrator, and take that from them

role-edit-title = Edit { $name }
role-edit-foot = The key stays. People see the new name at once.
role-changed = { $name } is saved.
role-now = Now it is “{ $text }”.
role-now-empty = Now it is empty.

role-delete-question = Delete { $name }?
role-delete-text = It counts at once and can’t be undone. Nobody has the role yet.
role-delete-text-used = It counts at once and can’t be undone.
role-use-default = Who joins the organization gets it.
role-use-unknown = Your roles don’t allow you to see who has it.
role-delete-then = What becomes of it?
role-delete-replace = Replace with another role
role-delete-replace-text = Who has it, has that one instead.
role-delete-remove = Remove it from everyone
role-delete-remove-text = People keep their other roles.
field-replacement = Replacement
fault-role-in-use = It is in use. Choose what becomes of it.
fault-role-replacement-missing = Choose the role that replaces it.
role-deleted = { $name } is deleted.
role-replaced = { $name } is deleted. Who had it has { $other } now.

## Groups

group-create = Create group
groups-search = beginning of a name
column-group = Group
group-no-roles = No roles
groups-none-found = No group is found
groups-none-found-text = Search finds the beginnings of names.
groups-show-all = Show all groups
groups-empty = Give roles to a team at once
groups-empty-text = A group is a named set of members that carries roles. Who joins it gets them, who leaves it loses them.
groups-empty-single = Keep teams together
groups-empty-single-text = A group is a named set of members, to find them by. Here each member has exactly one role, so groups carry none.
sketch-group = Finance
sketch-role = Billing
sketch-first = Ada Byron
sketch-second = Chiara Vitale
group-name-hint = A team or a task, such as Finance.
group-name-taken = There is a group of this name already.
group-roles-hint = Everyone in the group holds these, as if directly.
group-roles-single = Each member has exactly one role here, so groups carry none.
group-create-foot = Nobody is in it yet. You add people next.
group-created = The group { $name } is there.
group-created-next = Add people
group-people = { $count ->
    [0] Nobody is in it.
    [one] 1 person is in it.
   *[other] { $count } people are in it.
  }
group-people-more = More than { $count } people are in it.

## One group

group-edit = Edit
group-edit-title = Edit { $name }
group-edit-foot = Shown at once. Who is in it and what it carries stay as they are.
group-changed = { $name } is saved.
present-value = Now { $value }
present-empty = Now empty
group-add-title = Add somebody
group-add = Add to group
group-member-added = { $name } is in { $group }.
group-member-there = { $name } was in { $group } already.
group-who = Who is in it
group-no-end = No end
group-remove = Remove
group-nobody = Nobody is in it yet
group-nobody-text = Who is added gets its roles.
group-nobody-text-bare = It gives no role yet. Who is added gets those that you give it later.
group-nobody-text-single = Put people together to find them by it.
group-member-removed-ended = { $name } isn’t in { $group } any more, and signs in again before the next token.
group-roles-title = Roles of { $group }
group-carried = Roles it carries
group-carried-text = Everyone in the group holds them, as if directly.
group-carries-none = It carries no roles yet.
group-give = Give it a role
group-give-another = Give it another role
group-add-role = Add role
group-give-foot = { $minutes ->
    [one] Everyone in it has it from their next token, at most 1 minute from now.
   *[other] Everyone in it has it from their next token, at most { $minutes } minutes from now.
  }
group-role-unknown = This role isn’t there any more. Choose another.
group-role-added = { $group } carries { $role } now.
group-remove-role-question = Take { $role } away from { $group }?
group-role-kept = Who holds it directly or by another group keeps it.
group-role-removed = { $group } doesn’t carry { $role } any more.
group-delete = Delete group
group-delete-question = Delete { $group }?
group-delete-roles = Nobody holds these by it any more:
group-delete-text = They stay members. It can’t be undone.
group-deleted = The group { $name } is gone.

## Settings

settings-saved = Saved.
settings-choose = Choose one of these.
settings-name = Name
settings-slug = Slug
settings-slug-text = in addresses of its pages, and by which applications name it; it never changes
settings-id = Organization
settings-name-foot = { $minutes ->
    [one] Shown at once, in tokens from the next one, at most 1 minute from now.
   *[other] Shown at once, in tokens from the next one, at most { $minutes } minutes from now.
  }
settings-joining = Joining
settings-joining-system = Who runs this server joins by invitation alone.
settings-invite = By invitation
settings-invite-text = Only who is invited, or added by an administrator, becomes a member.
settings-open = Open
settings-open-text = Anyone with an account who knows the link becomes a member.
settings-join-url = Link to join
settings-joining-foot = Counts at once. Who is a member stays one.
settings-defaults = Default roles
settings-inherited = Those of the server ({ $roles })
settings-inherited-text = They follow when an operator changes them.
settings-own = Your own
settings-own-text = Those that you tick below.
settings-own-text-single = The one that you tick below.
settings-own-roles = Own default roles
settings-defaults-none = Tick at least one role, or choose those of the server.
settings-defaults-foot = For who joins from now on. Members keep what they have.
settings-mode = Roles per member
settings-multiple = Several roles
settings-multiple-text = Any number, or none, directly and by groups, each with an end date if you want.
settings-single = One role
settings-single-text = Exactly one, without an end date; giving another replaces it. Groups carry no roles. Who has none gets the default role.
settings-mode-look = See who is in the way of one role
settings-downgrade = When a role is lost
settings-revoke = End the member’s tokens here at once
settings-revoke-text = { $minutes ->
    [one] Who loses a role signs in again before the next token. Without this, a token may carry the lost role for up to 1 minute. An end date that passes ends nothing.
   *[other] Who loses a role signs in again before the next token. Without this, a token may carry the lost role for up to { $minutes } minutes. An end date that passes ends nothing.
  }
settings-downgrade-foot = For roles that are lost from now on.
settings-present-name = By now it is called { $name }. Save again to change that.
settings-present-open = By now it is open. Save again to change that.
settings-present-invite = By now it is joined by invitation. Save again to change that.
settings-present-single = By now each member has one role. Save again to change that.
settings-present-multiple = By now members have several roles. Save again to change that.
settings-present-revokes = By now tokens end at once. Save again to change that.
settings-present-keeps = By now tokens last. Save again to change that.
settings-present-own = By now they are { $roles }. Save again to change that.
settings-present-inherited = By now they are those of the server: { $roles }. Save again to change that.
settings-danger = Leaving and closing
settings-leave = Leave organization
settings-leave-text = Your roles and groups here go at once. Your account stays.
settings-suspend = Suspend organization
settings-suspend-text = Nobody gets a token for it, and everything given there ends. Members and roles are kept.
settings-activate = Activate organization
settings-activate-text = Its members can act in it again, once they have signed in anew.
in-the-way-several = Has several roles
in-the-way-end = Has a role with an end date
in-the-way-group = Carries roles
in-the-way-defaults = Are several
role-mode-title = One role for each member
role-mode-text = Before you switch, nobody may hold more than one role, no role may have an end date, and no group may carry one.
role-mode-already = Each member has exactly one role already.
role-mode-in-the-way = In the way
role-mode-in-the-way-text = Change these first. Each link leads to where that is done.
role-mode-in-the-way-most = Change these first. There may be more people: a hundred are shown.
role-mode-in-the-way-part = Change these first. There may be more people: not everybody was looked at, for there are many members.
role-mode-ready = Nothing is in the way
role-mode-ready-part = Nothing was found in the way
role-mode-ready-text = Who has no role gets the default one. You can switch back at any time.
role-mode-ready-part-text = Not everybody was looked at, for there are many members. Switching looks at everybody, and names who is in the way. Who has no role gets the default one.
role-mode-foot = Counts from the next token.
role-mode-switch = Switch to one role
suspend-question = Suspend { $name }?
suspend-text = All its sessions and tokens end at once, of every member and application. Members, groups and roles are kept until you activate it again.
activate-question = Activate { $name }?
activate-text = Its members can act in it again, once they have signed in anew. What ended when it was suspended stays ended.
organization-suspended = { $name } is suspended.
organization-activated = { $name } is active again.

## Activity

activity-export = Export as
activity-csv = CSV
activity-json = JSON
filter-person = Person
activity-anyone = anyone
filter-as = As
activity-as-actor = who did it
activity-as-subject = whom it happened to
filter-action = Action
activity-kind-roles = Roles and groups
activity-kind-members = Members
activity-kind-sessions = Sign-ins and sessions
activity-kind-settings = Settings
activity-kind-bulk = Bulk operations
filter-from = From
filter-to = To
activity-did = What { $name } did
activity-happened = What happened to { $name }
activity-of = Activity of { $name }
activity-to = What happened to { $name }
activity-by = See what they did
activity-none-here = Nothing has happened yet.
activity-shown = { $count ->
    [one] 1 event
   *[other] { $count } events
 }
activity-newest = Newest
activity-older = Older
activity-nobody = Nobody here has this name or address
activity-nobody-text = Type the beginning of a member’s name, or an e-mail address. Who has left is found by the id that their events show.
activity-none-found = Nothing happened that fits
activity-none-found-text = Take a filter away, or choose an earlier day. Days begin and end in UTC.
activity-show-all = Show everything
activity-none = Nothing has happened yet
activity-none-text = Each change of members, roles, groups and settings is kept here, with who made it and when.
activity-event = What happened
event-operator = Operator
event-by-api = API
event-part-of = part of a larger change
event-whole = See all of it
event-each = See each
event-see-each = See each person
event-parts = Each person
event-no-parts = Nobody has been changed by it so far.
event-more-parts = More
event-operation = See the bulk operation
event-changes = What changed
event-what = What
event-before = Before
event-after = After
event-facts = How it was recorded
event-unsealed = Not numbered yet
fact-when = When
fact-action = Action
fact-by = By
fact-about = About
fact-part = Part of
fact-address = Address
fact-browser = Browser
fact-request = Request
fact-number = Number in the log
fact-id = Id
field-of-name = Name
field-of-email = Email
field-of-description = Description
field-of-roles = Roles
field-of-role = Role
field-of-groups = Groups
field-of-group = Group
field-of-until = Until
field-of-status = Status
field-of-permissions = Permissions
field-of-join-policy = Who may join
field-of-role-mode = Roles per member
field-of-default-roles = Roles of who joins
field-of-default-role = Role to act in
field-of-revoke = Ends tokens with a lost role
field-of-application = Application
field-of-members = People
field-of-replacement = Replaced by
field-of-kind = What is done
field-of-foreseen = Foreseen
value-none = None
value-yes = Yes
value-no = No
value-unsaid = Not recorded

## What happened, as sentences

event-server = Rollcall
event-somebody = somebody
event-somebody-gone = somebody who is gone
event-somebody-left = somebody who has left
event-somebody-signed-out = Somebody who wasn’t signed in
event-group-gone = a group that is gone
event-application = an application
event-unknown = { $actor }: { $action }
event-administrator-added = { $actor } made { $subject } an administrator
event-administrator-removed = { $actor } ended that { $subject } is an administrator
event-administrator-forced = { $actor } ended by force that { $subject } is an administrator
event-joined = { $subject } joined
event-left = { $subject } left
event-member-added = { $actor } added { $subject }
event-member-removed = { $actor } removed { $subject }
event-member-suspended = { $actor } suspended { $subject }
event-member-reactivated = { $actor } reactivated { $subject }
event-member-changed = { $actor } changed the details of { $subject }
event-role-given = { $actor } gave { $role } to { $subject }
event-role-given-until = { $actor } gave { $role } to { $subject } until { $until }
event-role-replaced = { $actor } gave { $role } to { $subject } in place of { $before }
event-role-taken = { $actor } took { $role } from { $subject }
event-roles-changed = { $actor } gave { $more } to { $subject } and took { $less }
event-roles-restored = { $actor } put the roles of { $subject } back
event-role-deleted-for = { $subject } has { $role } in place of { $gone }, which was deleted
event-group-added = { $actor } added { $subject } to { $group }
event-group-added-until = { $actor } added { $subject } to { $group } until { $until }
event-group-removed = { $actor } took { $subject } out of { $group }
event-groups-changed = { $actor } changed the groups of { $subject }
event-session-ended = { $actor } ended a session of { $subject }
event-sessions-ended = { $actor } ended all sessions of { $subject } here
event-signed-up = { $subject } signed up
event-user-created = { $actor } made the account of { $subject }
event-user-changed = { $actor } changed the account of { $subject }
event-password-set = { $actor } set a password for { $subject }
event-user-disabled = { $actor } disabled the account of { $subject }
event-user-enabled = { $actor } enabled the account of { $subject }
event-own-sessions-ended = { $subject } ended all sessions
event-all-sessions-ended = { $actor } ended all sessions of { $subject }, everywhere
event-sign-in-failed = A sign-in as { $subject } failed
event-signed-in = { $subject } signed in to { $application }
event-signed-out = { $subject } signed out
event-signed-out-of = { $subject } signed out of { $application }
event-consent = { $subject } allowed { $application } to act for them
event-token-revoked = { $application } gave back a token of { $subject }
event-own-token-revoked = { $application } gave back a token of its own
event-token-reused = A token of { $subject } for { $application } was used twice, and everything that came of it ended
event-device-allowed = { $actor } allowed { $application } on a device
event-device-denied = { $actor } denied { $application } on a device
event-role-created = { $actor } made the role { $role }
event-role-changed = { $actor } changed the role { $role }
event-role-deleted = { $actor } deleted the role { $role }
event-role-deleted-by = { $actor } deleted the role { $role }, and { $by } replaces it
event-role-back = The role { $role } is back: those that were to replace it replaced one another
event-group-created = { $actor } made the group { $group }
event-group-created-with = { $actor } made the group { $group } with { $roles }
event-group-changed = { $actor } changed the group { $group }
event-group-deleted = { $actor } deleted the group { $group }
event-group-role-replaced = The group { $group } carries { $by } in place of { $gone }, which was deleted
event-group-role-gone = The group { $group } no longer carries { $gone }, which was deleted
event-default-role-replaced = Who joins gets { $by } in place of { $gone }, which was deleted
event-default-role-gone = Who joins no longer gets { $gone }, which was deleted
event-organization-created = { $actor } made the organization
event-founded = { $subject } became the first administrator
event-organization-renamed = { $actor } renamed the organization from { $before } to { $after }
event-organization-suspended = { $actor } suspended the organization
event-organization-activated = { $actor } activated the organization
event-settings-changed = { $actor } changed the settings
event-visited = { $actor } looked at the organization as an operator of this server
event-bulk = { $actor } started to change { $count ->
    [one] 1 person
   *[other] { $count } people
 }
event-bulk-give = { $actor } started to give { $role } to { $count ->
    [one] 1 person
   *[other] { $count } people
 }
event-bulk-take = { $actor } started to take { $role } from { $count ->
    [one] 1 person
   *[other] { $count } people
 }
event-bulk-add = { $actor } started to add { $count ->
    [one] 1 person
   *[other] { $count } people
 } to { $group }
event-bulk-remove = { $actor } started to take { $count ->
    [one] 1 person
   *[other] { $count } people
 } out of { $group }
event-bulk-suspend = { $actor } started to suspend { $count ->
    [one] 1 person
   *[other] { $count } people
 }
event-bulk-reactivate = { $actor } started to reactivate { $count ->
    [one] 1 person
   *[other] { $count } people
 }
event-bulk-gave = { $actor } gave { $role } to { $whole ->
    [yes] { $total ->
        [one] 1 person
       *[other] { $total } people
      }
   *[no] { $changed } of { $total } people
 }
event-bulk-took = { $actor } took { $role } from { $whole ->
    [yes] { $total ->
        [one] 1 person
       *[other] { $total } people
      }
   *[no] { $changed } of { $total } people
 }
event-bulk-added = { $actor } added { $whole ->
    [yes] { $total ->
        [one] 1 person
       *[other] { $total } people
      }
   *[no] { $changed } of { $total } people
 } to { $group }
event-bulk-removed = { $actor } took { $whole ->
    [yes] { $total ->
        [one] 1 person
       *[other] { $total } people
      }
   *[no] { $changed } of { $total } people
 } out of { $group }
event-bulk-suspended = { $actor } suspended { $whole ->
    [yes] { $total ->
        [one] 1 person
       *[other] { $total } people
      }
   *[no] { $changed } of { $total } people
 }
event-bulk-reactivated = { $actor } reactivated { $whole ->
    [yes] { $total ->
        [one] 1 person
       *[other] { $total } people
      }
   *[no] { $changed } of { $total } people
 }
event-undo = Undo
event-bulk-cancelled = { $actor } called a bulk operation off
event-application-created = { $actor } registered { $application }
event-application-changed = { $actor } changed { $application }
event-application-registered = { $application } registered itself
event-registration-changed = { $application } changed its registration
event-application-deleted = { $actor } deleted { $application }
event-application-expired = { $application } ended, for nobody used it
event-api-created = { $actor } registered the API { $api }
event-api-changed = { $actor } changed the API { $api }
event-instance-changed = { $actor } changed the settings of the server
event-instance-default-role = A default role of the server was deleted and replaced
event-key-published = The signing key { $key } was published
event-key-scheduled = The signing key { $key } is to sign from its time on
event-key-promoted = The signing key { $key } signs from now on
event-key-withdrawn = The signing key { $key } was withdrawn
event-key-forgotten = The signing key { $key } was erased
event-key-removed = The signing key { $key } is no longer published

## Overview

overview-attention = What needs attention
overview-calm = Nothing needs your attention.
overview-suspended = The organization is suspended
overview-suspended-text = Nobody gets a token here until an operator of this server activates it.
overview-no-administrator = Nobody is administrator
overview-no-administrator-text = An operator of this server has to make somebody administrator.
overview-unfounded-text = Who joins first becomes the administrator.
overview-one-administrator = There is one administrator
overview-one-administrator-named = { $name } is the only administrator
overview-one-administrator-text = Make a second member administrator, so that somebody can go on if one can’t sign in.
overview-running = A bulk operation is changing { $count ->
    [one] 1 person
   *[other] { $count } people
 }
overview-running-text = It goes on by itself, also when you leave this page.
overview-ending = Roles that end within seven days
overview-ending-text = They stop counting at that second. Give a later end to who needs them longer.
overview-ending-more = There are more. Each member’s page shows when their roles end.
overview-see-members = See members
overview-see-bulk = See how far it is
overview-next = What you can do next
overview-step-link = Share the joining link
overview-step-link-text = Who opens it signs in or creates an account, and joins with the roles that new members get.
overview-step-invite = Invite people
overview-step-invite-text = They get a mail with a link, and join with the roles that you choose.
overview-step-join = Say who may join
overview-step-join-text = By invitation alone, also by the domain of their address, or everyone with the link.
overview-step-roles = Make your own roles
overview-step-roles-text = A role’s key is what applications see in a token, beside the built-in ones.
overview-step-groups = Put people into groups
overview-step-groups-text = A group carries roles: who joins it gets them, who leaves it loses them.
overview-latest = What happened last
overview-see-activity = See all activity

## The styles

styles = Styles
styles-text = What pages are made of, each in each of its states.
styles-colour = Colour
styles-type = Type
styles-space = Space and corners
styles-buttons = Buttons
styles-chips = Chips
styles-notices = Notices
styles-forms = Forms
styles-tables = Tables
styles-dialog = Asking first
styles-rows = Rows
styles-empty = Empty
styles-main = Main
styles-usual = Usual
styles-bare = Bare
styles-danger = Takes away
styles-off = Off
styles-link = A link’s look
styles-kept = An × that is off says why beside.
styles-sentence = Who may do what, and since when


## Mails

mail-footer = Sent by { $host }. Nobody reads answers to this address.
mail-not-you = If you didn’t ask for this, you can ignore this mail: nothing happens.
mail-link-hours = The link works once, for { $hours ->
    [one] one hour
   *[other] { $hours } hours
}.
mail-link-minutes = The link works once, for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
mail-code-subject = { $code } is your code for { $host }
mail-code-heading = Your code
mail-code-text = Enter it on the page where you are creating your account at { $host }.
mail-code-holds = It works for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
mail-known-subject = You have an account at { $host } already
mail-known-heading = You have an account already
mail-known-text = Somebody, probably you, tried to create an account at { $host } with this address. Sign in instead.
mail-known-reset = You don’t know your password any more? Choose a new one: { $link }
mail-verify-subject = Confirm your address for { $host }
mail-verify-heading = Confirm your address
mail-verify-text = It belongs to an account at { $host }.
mail-verify-button = Confirm address
mail-reset-subject = Choose a new password for { $host }
mail-reset-heading = Choose a new password
mail-reset-text = Somebody, probably you, forgot the password of your account at { $host }.
mail-reset-button = Choose a new password
mail-reset-not-you = If it wasn’t you, ignore this mail: your password stays as it is.
mail-invitation-subject = Join { $organization }
mail-invitation-heading = Join { $organization }
mail-invitation-by = { $inviter } invites you to { $organization } at { $host }.
mail-invitation-text = You are invited to { $organization } at { $host }.
mail-invitation-button = See the invitation
mail-invitation-until = The invitation is for this address alone and ends on { $day }.
mail-invitation-not-you = If you don’t expect it, you can ignore this mail.
mail-button-else = If the button does nothing, open this address:
mail-choose = Choose which mails you get
mail-fact-when = When
mail-fact-browser = Browser
mail-fact-network = Network address
mail-browser-on = { $browser } on { $system }
mail-browser-unknown = Not known
mail-sign-in-subject = New sign-in to your account at { $host }
mail-sign-in-heading = A new sign-in
mail-sign-in-text = Somebody, probably you, signed in to your account at { $host } in a browser that hadn’t been used for it before.
mail-sign-in-button = See your sessions
mail-sign-in-not-you = If it wasn’t you, end that session and change your password.
mail-password-subject = Your password at { $host } was changed
mail-password-heading = Your password was changed
mail-password-text = The password of your account at { $host } is a new one.
mail-password-operator = An operator of { $host } has set a new password for your account.
mail-password-not-you = If it wasn’t you, choose a new password at once: everybody else is signed out then.
mail-password-ask = If you don’t know why, ask the people who run { $host }.
mail-deleted-subject = Your account at { $host } was deleted
mail-deleted-text = Your account at { $host } was deleted, and everything signed in with it has ended. If you want it back, sign in before { $day }; after that it is erased.
mail-deleted-not-you = If it wasn’t you, sign in and choose a new password.
mail-roles-one = You were given { $role } in { $organization }
mail-roles-in = You were given new roles in { $organization }
mail-roles-several = You were given new roles
mail-roles-others = { $count ->
    [one] one more
   *[other] { $count } more
}
mail-roles-more = And in { $count ->
    [one] one more organization
   *[other] { $count } more organizations
}.
mail-roles-button = See your organizations
mail-roles-when = Applications know of it when they next ask for your roles, within minutes.
nav-notifications = Notifications
notifications-text = Mails about your account go to { $email }.
notifications-heading = Mails that you get
notifications-sign-in = New sign-ins
notifications-sign-in-text = When somebody signs in to your account in a browser that hasn’t been used for it before.
notifications-roles = New roles
notifications-roles-text = When you are given roles in an organization: one mail an hour at most, with all of them.
notifications-foot = Mails about your password and your address always come.
notifications-saved = Your choice of mails is saved.
event-notices-changed = { $actor } chose which mails to get

## Invitations

nav-invitations = Invitations
invite = Invite
invite-with-more = Choose roles, groups and a message
invite-many = Invite many
invitation-new-title = Invite somebody
invitation-email-hint = They get a mail with a link. The invitation is for this address alone.
invitation-email-missing = Enter an email address.
invitation-already-member = This person is a member already.
invitation-already-invited = This address is invited already. Send that invitation again, or revoke it first.
invitation-see-present = See that invitation
invitation-roles = Roles
invitation-roles-hint = None: what everybody gets who joins.
invitation-role-default = What everybody gets who joins
invitation-groups = Groups
invitation-message = Message
invitation-message-hint = Stands in the mail, as you write it. { $most } characters at most.
invitation-until-hint = Without a day it holds for a week.
invitation-application = Leads to
invitation-application-none = The account page
invitation-application-hint = Where somebody goes on who opens the mailed link and joins.
invitation-new-foot = Nobody is a member before they have accepted.
invitation-sent = { $email } is invited.
invitation-see = See the invitation
invitation-sent-again = The invitation to { $email } is sent again. The link of the mail before opens nothing any more.
invitation-revoked = The invitation to { $email } is revoked.
invitation-revoke = Revoke
invitation-revoke-question = Revoke the invitation to { $email }?
invitation-revoke-text = Its links open nothing any more. You can invite the address again.
invitation-resend = Send again
invitation-resend-text = A new mail with a new link. It then holds for a week at least.
invitation-copy = Copy link
invitation-copy-text = To hand over yourself. A new link ends the one that was shown before; the mailed one stays.
invitation-link = Link
invitation-link-shown = Copy this link now. It is shown this once.
invitation-link-hint = For { $email } alone. Whoever opens it signs in with that address, or creates an account for it.
invitation-title = Invitation to { $email }
invitation-gives = Gives
invitation-gives-default = Default roles
invitation-in-groups = In the groups
invitation-by = Invited by
invitation-since = Invited
invitation-sent-at = Last mail
invitation-ends = Ends
invitation-ended = Ended
invitation-answered = Answered
invitation-leads-to = Leads to
invitation-actions = What you can do
status-pending = Pending
status-accepted = Accepted
status-declined = Declined
status-expired = Expired
status-revoked = Revoked
column-email = Email
column-invited-by = Invited by
column-ends = Ends
invitations-shown = { $count ->
    [one] 1 invitation
   *[other] { $count } invitations
  }
invitations-empty = Bring people in
invitations-empty-text = Invite them by email, one by one or a whole list. They get a link, and the roles that you choose.
invitations-none-found = No invitation is in this state
invitations-show-all = Show all invitations
sketch-mail = ada@example.com
invite-many-title = Invite many
invite-many-list = Addresses
invite-many-list-hint = One to a line, or a table from a spreadsheet (CSV) whose first line names its columns: email, and if you like roles, groups and message. { $most } people at most.
invite-many-for-all = For whoever the list says nothing else about
invite-many-next = Check the list
invite-many-foot = Nothing is sent yet. You see first what is wrong in which line.
invite-many-missing = Enter at least one address.
invite-many-too-many = These are more than { $most }. Invite them in several lists.
invite-many-unreadable = This can’t be read as a table. Check the quotes in line { $line }.
invite-many-no-email = The first line names no column “email”.
invite-many-preview-title = Check the list
invite-many-good = { $count ->
    [0] Nobody can be invited
    [one] 1 person can be invited
   *[other] { $count } people can be invited
  }
invite-many-bad = { $count ->
    [one] 1 line is left out
   *[other] { $count } lines are left out
  }
invite-many-bad-text = What is wrong stands beside each. Go back to change it, or invite the others now.
invite-many-send = { $count ->
    [one] Invite 1 person
   *[other] Invite { $count } people
  }
invite-many-back = Change the list
invite-many-until = Each invitation ends on { $day }.
invite-many-sent = { $count ->
    [one] 1 person is invited.
   *[other] { $count } people are invited.
  }
invite-many-sent-some = { $count ->
    [0] Nobody is invited
    [one] 1 person is invited
   *[other] { $count } people are invited
  }, and { $left } couldn’t be: { $why }
column-line = Line
invite-line-ok = Can be invited
invite-line-message = With a message
line-email-missing = No address
line-email-malformed = Not an email address
line-twice = The same as line { $line }
line-already-member = A member already
line-already-invited = Invited already
line-role-unknown = No role { $role }
line-role-forbidden = You may not give the role { $role }
line-group-unknown = No group { $group }
line-group-forbidden = You may not give what the group { $group } carries
line-single-role = Several roles, where each member has exactly one
line-message-long = The message is longer than { $most } characters
line-too-many = More than { $most } roles or groups
invited-to = to join { $organization }
invited-by-to = { $inviter } invites you to join { $organization }
fault-email-invited = The invitation is for another address. Use the one that it was sent to.
invitation-question = Join { $organization }?
invitation-member = You are a member of { $organization } already
invitation-member-text = The invitation adds nothing to what you have there.
invitation-by-whom = { $inviter } invites you.
invitation-you-are-invited = You are invited.
invitation-then = Then you go on to { $app }.
invitation-you-get = You get { $roles }
invitation-you-get-default = You become a member
invitation-you-get-groups = In { $groups }
invitation-you-get-text = Its administrators can change that later.
invitation-decline = Decline
invitation-password-hint = To show that this account is yours.
invitation-password-missing = Enter your password.
invitation-password-wrong = That password doesn’t match. Check it and try again.
invitation-declined = You have declined the invitation to { $organization }.
invitation-joined = You are a member of { $organization } now.
invitation-was-member = You are a member of { $organization } already. The invitation has added nothing.
invitation-not-joined = This invitation can’t be accepted at the moment.
other-address-title = This invitation is for another address
other-address-text = { $organization } has invited { $address }. You are signed in as { $email }.
other-address-switch = Sign in as somebody else
suspended-title = You can’t join at the moment
suspended-text = Your membership of { $organization } is suspended. An administrator there can reactivate it.
join-was-member = You are a member of { $organization } already.
join-invited = You become a member
join-invited-text = With what your invitation gives.
waiting-title = You are invited
waiting-by = { $inviter } invites you
waiting-until = Until { $day }
waiting-join = Join { $organization }
waiting-or = Or create your own
refused-invitation-answered = This invitation was answered or has ended already.
refused-too-many-invitations = Too many invitations wait for an answer. Revoke some first.
refused-too-many-mails = Many people were invited today. Invite more tomorrow.
refused-too-many-resends = This invitation was sent many times today. Send it again tomorrow, or copy its link.
refused-too-many-to-address = This address was sent many invitations today. Send the next one tomorrow.
refused-membership-suspended = Your membership there is suspended. An administrator can reactivate it.
event-invitation-created = { $actor } invited { $invited }
event-invitation-resent = { $actor } sent the invitation to { $invited } again
event-invitation-link = { $actor } made a link for the invitation to { $invited }
event-invitation-revoked = { $actor } revoked the invitation to { $invited }
event-invitation-accepted = { $actor } accepted an invitation
event-invitation-declined = The invitation to { $invited } was declined

## Domains and asking to join

nav-domains = Domains
nav-requests = Requests
domains-text = Prove that a domain is yours. Then people with a confirmed address in it can be let in without an invitation.
domains-open = Who has a confirmed address in a verified domain may join.
domains-closed = A verified domain lets nobody in by itself: that is a choice about joining.
domains-settings = Who may join
domain = Domain
domain-hint = Such as acme.example. Domains of public mail providers can’t be added.
domain-add = Add domain
domain-add-foot = It counts once it is proved.
domain-added = { $domain } is added. Now prove that it is yours.
domain-status-verified = Verified
domain-status-pending = To be proved
domain-since = Proved by its record on { $day }. The record isn’t looked for again and may go.
domain-since-operator = Marked as verified on { $day } by who runs this server.
domain-how = Add this record where your domain’s DNS is managed. It can take some minutes until it is seen everywhere.
domain-record-type = Type
domain-record-name = Name
domain-record-value = Value
domain-copy-name = Copy the name for { $domain }
domain-copy-value = Copy the value for { $domain }
copied = Copied
domain-check = Check now
domain-check-named = Check now: { $domain }
domain-checked = Last looked for { $time }
domain-unchecked = Not looked for yet
domain-mark = Mark as verified
domain-mark-named = Mark as verified: { $domain }
domain-verified = { $domain } is verified.
domain-found = This was found instead:
domain-no-record = There is no such record yet. Compare its name; a new one can take a while to be seen.
domain-other-value = There is a record with this name, but it holds something else.
domain-no-answer = The domain’s DNS servers didn’t answer in time. Try again in a moment.
domain-taken = This domain belongs to another organization on this server.
refused-too-many-domains = An organization can have 50 domains. Remove one first.
domain-checked-just-now = This was looked for a moment ago. Try again in a few seconds.
domain-remove = Remove
domain-remove-named = Remove { $domain }
domain-remove-question = Remove { $domain }?
domain-remove-text = From now on nobody joins by an address in it, and another organization may prove it. Who has joined stays a member.
domain-remove-pending = It isn’t proved yet, so nothing changes for anybody.
domain-removed = { $domain } is removed.
fault-domain-missing = Enter a domain.
fault-domain-malformed = Enter a domain such as acme.example, without http:// and without a path.
fault-domain-shared = Everybody can have an address under this domain. Enter one that is your organization’s alone.
fault-domain-there = This domain is here already.
settings-domain = By domain
settings-domain-text = Who has a confirmed address in { $domains } becomes a member by themselves; everyone else by invitation.
settings-domain-none = Who has a confirmed address in a domain of yours becomes a member by themselves. No domain is verified yet, so nobody can.
settings-domain-add = Add and prove a domain
settings-present-domain = By now it is joined by domain. Save again to change that.
settings-requests = People may ask to join
settings-requests-text = Who has a confirmed address and knows the link, and may not join, can ask. An administrator decides.
field-of-join-requests = People may ask to join
field-of-verified-by = Verified by
offers = Organizations you may join
offers-why = Your address at { $domain } lets you in.
ask-title = Ask to join { $organization }
ask-question = Ask to join { $organization }?
ask-text = Its administrators decide whether you become a member.
ask-seen = They see your name and email
ask-seen-text = And what you write below.
ask-message = Message
ask-message-hint = Who you are and why you ask, in { $most } characters at most.
ask-to-join = Ask to join
ask-pending = We told the administrators
ask-pending-text = You hear from us by mail when you are let in to { $organization }.
ask-declined = Your request was declined
ask-declined-text = You can ask { $organization } again a week after that.
ask-too-many = Too many requests were made lately. Try again tomorrow.
fault-join-message-long = Write { $most } characters at most.
requests-text = People who ask to become members. They have shown that their address is theirs.
requests-none = Nobody is waiting
requests-none-open = Who has an account and opens this link can ask to join:
requests-none-closed = People can ask to join once you allow it.
requests-settings = See who may join
requests-shown = { $count ->
    [one] 1 request
   *[other] { $count } requests
}
request-accept = Accept
request-accept-named = Accept { $name }
request-accepted = { $name } is a member now.
request-decline = Decline
request-decline-named = Decline { $name }
request-declined = The request of { $name } is declined.
overview-asking = { $count ->
    [one] One person asks to join
   *[other] { $count } people ask to join
}
overview-asking-many = More than { $count } people ask to join
overview-asking-text = Accept who belongs here, and decline the others.
overview-see-requests = See requests
event-domain-added = { $actor } added the domain { $domain }
event-domain-proved = { $actor } proved the domain { $domain }
event-domain-marked = { $actor } marked the domain { $domain } as verified
event-domain-lost = The domain { $domain } is not verified any more: another organization was faster
event-domain-removed = { $actor } removed the domain { $domain }
event-join-asked = { $subject } asked to join
event-join-accepted = { $actor } accepted that { $subject } joins
event-join-closed = { $subject } waits for no answer any more, being a member
event-join-declined = { $actor } declined that { $subject } joins
mail-join-request-subject = { $organization }: people ask to join
mail-join-request-heading = People ask to join { $organization }
mail-join-request-text = { $count ->
    [one] One person asks to join { $organization } at { $host }.
   *[other] { $count } people ask to join { $organization } at { $host }.
}
mail-join-request-button = See requests
mail-join-request-why = You get this because you are an administrator of { $organization }. There is at most one such mail an hour.
mail-join-accepted-subject = You are a member of { $organization } now
mail-join-accepted-heading = You are a member of { $organization } now
mail-join-accepted-text = You asked to join { $organization } at { $host }, and an administrator has let you in.
mail-join-accepted-button = See your organizations

## Proving an address, and recovery

mail-new-address-subject = Confirm your new address for { $host }
mail-new-address-heading = Confirm your new address
mail-new-address-text = An account at { $host } is to have this address.
mail-old-address-subject = Your account at { $host } is to have another address
mail-old-address-heading = Another address for your account
mail-old-address-text = Your account at { $host } is to have the address { $email } in place of this one. Confirm it here too.
mail-old-address-button = Confirm the change
mail-old-address-not-you = If it wasn’t you, don’t confirm, and change your password: somebody knows it.
mail-taken-text = Somebody, probably you, wanted to give this address to another account at { $host }. It has an account already.
mail-address-changed-subject = Your account at { $host } has another address
mail-address-changed-heading = Your address was changed
mail-address-changed-text = Your account at { $host } has the address { $email } since { $at } (UTC). Mails go there from now on.
mail-address-changed-not-you = If it wasn’t you, tell whoever runs { $host } at once.

event-address-verified = { $subject } proved their email address
event-password-reset = { $subject } chose a new password by a mailed link
event-address-change-asked = { $subject } asked for another email address
event-address-change-cancelled = { $subject } kept their email address
event-address-changed = { $subject } changed their email address

forgot-password = Forgot password?
forgot-title = Choose a new password
forgot-text = We mail you a link to do it.
send-link = Send link
back-to-sign-in = Back to sign-in
too-many-asked = Too much was asked for from your network. Try again in a while.
sent-title = Check your mail
sent-text = If { $email } has an account here, a link is on its way. It works for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
sent-nothing = Nothing there after a minute? Look in your spam folder, or check the address. At most five mails go to an address in a quarter of an hour.
sent-again = Ask again
reset-title = Choose a new password
reset-text = For { $email } at { $host }.
reset-ends = You are signed out everywhere, and applications lose the access that you gave them until you sign in again.
field-new-password = New password
change-password = Change password
password-changed-sign-in = Password changed. Sign in with the new one.
used-title = This link was used already
used-text = A password was chosen by it, or by another link that we mailed. If you need one more, ask for it.
used-again = Ask for another link
verify-title = Confirm your address
verify-text = Does { $email } belong to your account at { $host }?
verify-new-text = Your account at { $host } gets the address { $newEmail } in place of { $email }.
verify-password-hint = To make sure that the account is yours, enter its password.
verify-password-wrong = This isn’t the account’s password.
verify-no-password = You don’t know it, or you didn’t make this account?
verify-no-password-link = Choose a new password
verified-title = Address confirmed
verified-text = You can close this page.
verified-waiting-title = One of two confirmed
verified-waiting-text = The other address has to confirm too. Open the link that we mailed there.
address-verified = Your address is verified.
address-changed = Your address is { $email } now.
address-other-waits = Confirmed. The other address has to confirm too.
code-title = Enter the code
code-text = We mailed it to { $email }.
code-hint = Eight letters and digits. It works for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
code-missing = Enter the code from the mail.
code-wrong = This isn’t the code. Check it, or have another sent.
code-ended = This code doesn’t work any more. Have another sent.
code-locked = Too many wrong codes came from your network. Try again in a while.
code-send-another = Send another code
code-other-address = Use another address
code-sent-again = Another code is on its way. The one before doesn’t work any more.
too-many-mails = Too many mails went to this address. Try again in a while.

## Security

nav-security = Security
security-text = Your address and your password.
security-address = Email address
security-address-text = You sign in with it, and mails about your account go there.
security-change-address = Change address
unverified-title = Your address isn’t verified
unverified-text = Open the link that we mailed to { $email }.
unverified-send = Send the link again
verification-sent = A link is on its way to { $email }.
address-waiting-title = { $email } waits to be confirmed
address-waiting-new = Open the link that we mailed there.
address-waiting-old = Open the link that we mailed to your present address.
address-waiting-both = Open the links that we mailed there and to your present address.
address-waiting-until = The links work until { $until }.
address-waiting-cancel = Keep the present address
address-change-cancelled = Your address stays as it is.
address-change-asked = Your address changes once { $email } is confirmed. Check your mail.
address-title = Change your address
address-present = It is { $email } now.
address-new = New email address
address-how = We mail a link there.
address-how-both = We mail a link there and one to your present address. Both have to be opened.
address-same = This is your address already.
security-password = Password
field-current-password = Current password
password-wrong = This isn’t your password.
password-end-others = Sign out everywhere else
password-end-others-hint = Other browsers and devices, and the access that applications have from there.
password-forgot-hint = You don’t know it?
password-changed = Password changed.
password-changed-others-ended = Password changed. You are signed out everywhere else.
event-password-changed = { $subject } changed their password

## Profile

field-language = Language
field-time-zone = Time zone
field-picture = Picture
as-browser-says = As my browser says
time-zone-hint = By which days begin and end, as where a role ends on a day.
change-in-security = Change it
profile-foot = Applications see it at their next sign-in or token.
profile-saved = Your profile is saved.
fault-choose-listed = Choose one from the list.
your-picture = Your picture
your-picture-hint = PNG, JPEG, WebP, GIF or AVIF, up to 5 MB. It is cut to a square.
picture-foot = Who can see you can see it. Places and other details in the file aren’t kept.
picture-upload = Upload
picture-remove = Remove picture
picture-saved = Your picture is there.
picture-removed = Your picture is gone.
picture-missing = Choose a picture first.
picture-too-large = This picture is larger than 5 MB. Choose a smaller one.
picture-not-one = This file is no picture that can be read here. Choose a PNG, JPEG, WebP, GIF or AVIF picture.
picture-too-many-pixels = This picture has too many pixels. Choose one of 40 megapixels at most.
picture-too-many = You have uploaded many pictures lately. Try again in an hour.
own-data = Your data
own-data-text = A copy of what is stored about you: profile, memberships with their roles, sessions, applications, and what you did.
own-data-foot = A JSON file. It holds no password.
own-data-download = Download your data
organization-picture = Picture
organization-picture-foot = Shown with its name, and to whoever opens a sign-in to it.
organization-picture-saved = The picture is there.
organization-picture-removed = The picture is gone.
settings-color = Colour
settings-color-foot = Shown with its name, and to whoever opens a sign-in to it.
settings-present-color = It is now { $color ->
    [red] red
    [amber] amber
    [green] green
    [teal] teal
    [blue] blue
   *[violet] violet
}.
settings-present-no-color = It has no colour of its own now.
color-none = None
color-red = Red
color-amber = Amber
color-green = Green
color-teal = Teal
color-blue = Blue
color-violet = Violet
last-used = Last used
field-of-picture = Picture
field-of-color = Colour

## Sessions

nav-sessions = Sessions
sessions-heading = Where you are signed in
sessions-text = Ending a session signs that browser out and ends what applications got in it, also for when you are away.
end-all-others = End all other sessions
end-all-others-text = This browser stays signed in.
session-on = { $browser } on { $system }
session-at = { $what }
session-unknown = A browser
session-of-device = A device that you have allowed
session-current = This browser
session-seen = last seen { $time }
session-allowed = allowed { $time }
session-ended = That session has ended.
other-sessions-ended = All your other sessions have ended.
event-own-session-ended = { $subject } ended one of their own sessions
event-other-sessions-ended = { $subject } ended all their other sessions

## Applications

nav-applications = Applications
applications-text = Taking access back ends it at once, in every session. The application has to ask you again.
applications-none = No application has access
applications-none-text = Those that you sign in to with this account are listed here.
application-first-party = Belongs to this server’s operators: it gets access when you go to it, without asking.
access-identity = Know who you are: { $what }
access-no-organization = Without an organization
access-left = An organization that you aren’t in any more
access-since = Since { $time }
take-access-back = Take access back
access-taken-back = { $application } has no access there any more.
event-consent-withdrawn = { $subject } took back the access of { $application }

## Deleting and getting back

delete-type-name = To confirm, type “{ $name }”
delete-type-fault = This is not the name. Type “{ $name }”, as it is written here.

organization-delete-question = Delete { $name }?
organization-delete-text = Everybody is signed out of it at once, and no application gets a token for it any more.
organization-delete-kept = For { $days } days its administrators can get it back, with its members, groups and roles, and nobody else can take its slug. Then all of it is erased.
organization-deleted = { $name } is deleted. You can get it back within { $days } days.
organizations-deleted = Deleted organizations
organization-erased-on = Erased on { $date }
organization-restore = Get back
organization-restore-named = Get back { $name }
organization-restored = { $name } is back. Its members can act in it once they have signed in anew.
settings-delete = Delete organization
settings-delete-text = Ends all that was given in it. You can get it back for two weeks.
settings-activate-deleted = It was deleted and is erased on { $date }. Activating it takes that back.

account-delete = Delete account
account-delete-row = You are signed out everywhere. For two weeks you get it back by signing in; then it is erased.
account-delete-question = Delete your account?
account-delete-text = You are signed out everywhere at once, and every application loses its access.
account-delete-kept = For { $days } days you get it back by signing in with { $email }, which nobody else can use meanwhile.
account-delete-after = Then your profile, memberships and permissions are erased. What you did stays in the activity of your organizations, without your name.
account-delete-only-administrator = You are the only administrator of the organizations below. Make someone else one there, or delete them, then come back.
account-deleted-title = Your account is deleted
account-deleted-text = You are signed out everywhere. If you want it back, sign in within { $days } days.
account-deleted-back = Sign in and get it back

event-account-deleted = { $subject } deleted their account
event-account-restored = { $subject } came back to their account
event-account-erased = The account { $subject } was erased
event-organization-deleted = { $actor } deleted the organization
event-organization-restored = { $actor } got the organization back
event-organization-erased = The organization { $subject } was erased
