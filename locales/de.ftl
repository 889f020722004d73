# Deutsch. Schlüssel und Werte wie in en.ftl; formelle Anrede, Schaltflächen im Infinitiv, keine Wörter, die nur ein Geschlecht meinen, wo es anders geht.

## Everywhere

title-error = Fehler: { $title }
title-to = { $title } · weiter zu { $app }
title-own = { $title } · Rollcall
title-of = { $title } · { $organization }
to-continue-to = Weiter zu { $app }
continue = Weiter
allow = Zulassen
deny = Ablehnen
join = Beitreten
sign-in = Anmelden
sign-out = Abmelden
create-account = Konto anlegen
create-organization = Organisation anlegen
use-another-account = Anderes Konto verwenden
signed-in-as = Angemeldet als { $email }
go-to-account = Zu Ihrem Konto
form-faults = Bitte prüfen Sie die markierten Felder
optional = (optional)
no-role = Keine Rolle
skip-to-page = Zum Inhalt springen
request-failed = Der Server hat nicht wie erwartet geantwortet. Was Sie sehen, ist vielleicht nicht mehr aktuell. Versuchen Sie es noch einmal.
your-account = Ihr Konto

privacy-policy = Datenschutz
privacy-policy-of = Datenschutz bei { $app }
terms = Nutzungsbedingungen
terms-of = Nutzungsbedingungen von { $app }

## Fields

field-email = E-Mail-Adresse
field-password = Passwort
field-name = Name
field-organization-name = Name der Organisation
field-role = Rolle
field-group = Gruppe
field-person = Person
field-until = Bis

fault-email-missing = Geben Sie Ihre E-Mail-Adresse ein.
fault-email-malformed = Geben Sie eine Adresse wie name@example.com ein.
fault-email-taken = Zu dieser Adresse gibt es schon ein Konto. Melden Sie sich damit an.
fault-email-in-progress = Zu dieser Adresse wird gerade ein Konto angelegt. Versuchen Sie es in einer Minute noch einmal oder melden Sie sich an.
fault-name-missing = Geben Sie Ihren Namen ein.
fault-name-long = Verwenden Sie höchstens { $most } Zeichen.
fault-password-missing = Geben Sie ein Passwort ein.
fault-password-short = Verwenden Sie mindestens { $least } Zeichen. Ein kurzer Satz lässt sich leicht merken.
fault-password-long = Verwenden Sie höchstens { $most } Zeichen.
fault-password-common = Dieses Passwort ist zu verbreitet. Wählen Sie eines, auf das andere nicht kommen.
fault-organization-name-missing = Geben Sie einen Namen ein.
fault-organization-name-long = Verwenden Sie höchstens { $most } Zeichen.
fault-nameless = Geben Sie einen Namen ein.
fault-too-long = Verwenden Sie höchstens { $most } Zeichen.
fault-application-gone = Diese Anwendung gibt es nicht mehr. Wählen Sie eine andere oder keine.

person-hint = Name oder E-Mail-Adresse eines Mitglieds.
person-hint-address = E-Mail-Adresse eines Mitglieds.
fault-person-missing = Geben Sie an, wer gemeint ist.
fault-person-unknown = Dazu findet sich kein Mitglied. Prüfen Sie die Angabe oder laden Sie die Person zuerst ein.
fault-person-several = So heißen mehrere Personen. Wählen Sie eine anhand ihrer E-Mail-Adresse.

## Sign in

sign-in-password-missing = Geben Sie Ihr Passwort ein.
sign-in-wrong = E-Mail-Adresse und Passwort passen nicht zusammen
sign-in-wrong-hint = Prüfen Sie beides und versuchen Sie es noch einmal.
sign-in-password-again = Geben Sie Ihr Passwort noch einmal ein.
keep-me-signed-in = Angemeldet bleiben
new-to-app = Neu bei { $app }?
new-here = Neu hier?

## Sign up

sign-up-title = Konto anlegen
sign-up-password-hint = Mindestens { $least } Zeichen. Ein kurzer Satz lässt sich leicht merken.
have-account = Sie haben schon ein Konto?

## Choose an account

select-account-title = Konto auswählen
continue-as = Weiter als { $name }

## The organization of a login

choose-organization-title = Organisation auswählen
no-role-yet = Noch keine Rolle
continue-without-organization = Ohne Organisation fortfahren
create-organization-title = Organisation anlegen
create-organization-hint = Das Unternehmen oder Team, in dem Sie arbeiten. Sie verwalten es dann und können andere einladen.
no-organization-title = Bitten Sie um eine Einladung
no-organization-text = Sie gehören noch zu keiner Organisation, und neue legen hier nur die Betreiber des Servers an. Bitten Sie die Administration Ihrer Organisation um eine Einladung.
go-on-without = Ohne fortfahren
back-to = Zurück zu { $app }
back-to-account = Zurück zu Ihrem Konto

## Joining

join-title = { $organization } beitreten
join-question = { $organization } beitreten?
join-seen = Die Mitglieder sehen Ihren Namen und Ihre E-Mail-Adresse
join-seen-text = Über Ihre Rollen entscheidet die Administration.
join-first = Sie übernehmen die Administration
join-first-text = Sie treten als Erstes bei.
join-member = Sie werden Mitglied
join-member-text = Mit den Rollen, die alle beim Beitritt bekommen.
not-now = Jetzt nicht

## Consent

consent-question = { $app } zulassen?
consent-text = Das könnte die Anwendung dann für Sie tun.
consent-text-at = Das könnte die Anwendung dann bei { $organization } für Sie tun.
consent-until-sign-out = Das gilt, bis Sie sich abmelden.
consent-return = Danach geht es zurück zu { $host }.
consent-away = Zugriff behalten, während Sie nicht da sind
consent-away-text = Bis Sie ihn zurücknehmen
consent-identity = Erfahren, wer Sie sind
consent-identity-alone = Dass Sie es sind
consent-roles = Ihre Rollen bei { $organization } sehen
consent-roles-now = Zurzeit { $roles }. Nicht die bei Ihren anderen Organisationen.
consent-roles-none = Dort haben Sie noch keine Rolle. Nicht die bei Ihren anderen Organisationen.
consent-act-as = Als { $role } handeln
consent-act-as-text = Bei { $organization }, solange Sie diese Rolle haben
consent-permission-text = Nur solange Ihre Rollen es erlauben
consent-permission-text-at = Nur solange Ihre Rollen bei { $organization } es erlauben
consent-permission-of = Bei { $api }. { $text }

# A list of what is asked for: the first word of the line is the first of a sentence.
claim-name = { $place ->
   *[any] Ihr Name
  }
claim-given_name = { $place ->
   *[any] Ihr Vorname
  }
claim-family_name = { $place ->
   *[any] Ihr Nachname
  }
claim-middle_name = { $place ->
   *[any] Ihr zweiter Vorname
  }
claim-nickname = { $place ->
   *[any] Ihr Spitzname
  }
claim-preferred_username = { $place ->
   *[any] Ihr Benutzername
  }
claim-profile = { $place ->
   *[any] Ihre Profilseite
  }
claim-picture = { $place ->
   *[any] Ihr Bild
  }
claim-website = { $place ->
   *[any] Ihre Website
  }
claim-gender = { $place ->
   *[any] Ihr Geschlecht
  }
claim-birthdate = { $place ->
   *[any] Ihr Geburtstag
  }
claim-zoneinfo = { $place ->
   *[any] Ihre Zeitzone
  }
claim-locale = { $place ->
   *[any] Ihre Sprache
  }

## A device

device-code-title = Gerät verbinden
device-code-text = Geben Sie den Code ein, den Ihr Gerät anzeigt.
device-linked-title = Zeigt Ihr Gerät diesen Code?
device-linked-text = Fahren Sie nur fort, wenn Ihr Gerät ihn anzeigt und Sie das selbst begonnen haben.
field-code = Code
device-code-hint = Acht Buchstaben. Kleine gehen auch, und der Strich ist nicht nötig.
device-code-missing = Geben Sie den Code ein, den Ihr Gerät anzeigt.
device-code-wrong = Dieser Code stimmt nicht oder ist abgelaufen. Prüfen Sie ihn oder holen Sie sich auf Ihrem Gerät einen neuen.
device-code-spent = Dieser Code wurde schon verwendet oder ist abgelaufen. Holen Sie sich auf Ihrem Gerät einen neuen.
device-code-warning = Jemand hat Ihnen diesen Code geschickt? Schließen Sie diese Seite: Sie würden andere mit Ihrem Konto hineinlassen.
device-question = { $app } auf Ihrem Gerät zulassen?
device-text = Die Anwendung würde für Sie handeln, bis Sie das zurücknehmen.
device-text-at = Die Anwendung würde bei { $organization } für Sie handeln, bis Sie das zurücknehmen.
device-compare = Ihr Gerät muss diesen Code anzeigen
device-compare-text = Lehnen Sie ab, wenn es einen anderen anzeigt oder wenn Ihnen jemand den Code geschickt hat: Sie würden andere mit Ihrem Konto hineinlassen.
device-done-title = Gerät verbunden
device-done-heading = Ihr Gerät ist verbunden
device-done-text = Sie können { $app } dort jetzt verwenden. Es kann ein paar Sekunden dauern.
device-done-text-at = Sie können { $app } dort jetzt bei { $organization } verwenden. Es kann ein paar Sekunden dauern.
device-done-close = Sie können diese Seite schließen. Wenn Sie sich in diesem Browser abmelden, bleibt das Gerät verbunden.
device-connected-as = Verbunden als { $email }
the-application-first = die Anwendung
device-denied-title = Kein Zugriff gewährt
device-denied = Sie haben abgelehnt, das Gerät hat also keinen Zugriff. Sie können diese Seite schließen.
device-denied-no-organization = Dafür müssten Sie für eine Organisation handeln, das Gerät hat also keinen Zugriff. Sie können diese Seite schließen.
device-denied-refused = Das Gerät verlangt eine Organisation oder Rolle, die Sie nicht haben, und hat also keinen Zugriff. Sie können diese Seite schließen.
page-ended-title = Diese Seite gilt nicht mehr
device-ended-text = Wenn Sie Ihr Gerät schon zugelassen haben, können Sie es jetzt verwenden. Wenn nicht, geben Sie seinen Code noch einmal ein.
device-enter-code = Code eingeben
interaction-ended-text = Sie war zu lange offen, oder die Anmeldung ging in einem anderen Tab weiter. Kehren Sie zur Anwendung zurück und beginnen Sie neu; es ist nichts verloren.

## Signing out

signed-out-title = Abgemeldet
signed-out-text = Ihre Sitzung in diesem Browser ist beendet. Sie können diese Seite schließen.
sign-in-again = Wieder anmelden
sign-out-question = Abmelden?
sign-out-text = Damit endet Ihre Sitzung in diesem Browser, in allen Anwendungen.
sign-out-text-for = { $app } möchte Sie abmelden. Damit endet Ihre Sitzung in diesem Browser, in allen Anwendungen.
stay-signed-in = Angemeldet bleiben
still-signed-in-title = Weiterhin angemeldet
still-signed-in-text = Ihre Sitzung in diesem Browser läuft weiter.
still-signed-in-text-for = Ihre Sitzung in diesem Browser läuft weiter. Bei { $app } selbst sind Sie vielleicht abgemeldet.

## Back to the application

form-post-text = Einen Moment. Wenn nichts geschieht, drücken Sie auf die Schaltfläche.
form-post-title = Zurück zu { $app }
the-application = der Anwendung

## The first operator

setup-title = Betrieb des Servers übernehmen
setup-question = Betrieb des Servers übernehmen?
setup-text = { $host } hat noch keine Betreiber.
setup-run = Sie betreiben diesen Server
setup-run-text = Seine Anwendungen, APIs und Signaturschlüssel sowie alle Organisationen und Personen.
setup-once = Dieser Link funktioniert nur einmal
setup-once-text = Danach bestimmen die Betreiber, wer noch dazugehört.

## Errors

error-heading = Etwas ist schiefgegangen
error-heading-400 = Hier geht es nicht weiter
error-heading-403 = Das ist nicht möglich
error-heading-404 = Hier ist nichts
error-heading-413 = Zu groß
error-heading-421 = Die Adresse eines anderen Servers
error-heading-429 = Versuchen Sie es später noch einmal
error-heading-503 = Versuchen Sie es gleich noch einmal
error-not-found = Diese Seite gibt es nicht, oder sie ist nicht für Sie. Ein Link aus einer E-Mail gilt einmal und eine Zeit lang.
error-request = Anfrage { $id }
error-client = Die Anwendung, von der Sie kommen, ist hier nicht bekannt. Kehren Sie zu ihr zurück und versuchen Sie es noch einmal, oder sagen Sie es denen, die sie betreiben.
error-redirect-uri = Die Anwendung wollte Sie an eine Adresse schicken, die nicht für sie eingetragen ist. Sagen Sie es denen, die sie betreiben.
error-access-denied = Sie können nicht zu dieser Anwendung weitergehen.
error-protocol = Die Anfrage der Anwendung kann nicht beantwortet werden. Kehren Sie zu ihr zurück und versuchen Sie es noch einmal, oder sagen Sie es denen, die sie betreiben.
error-session = Diese Anmeldung ist nicht mehr gültig. Kehren Sie zur Anwendung zurück und beginnen Sie neu.

## The frame of the account's pages

switch-organization = Organisation wechseln
your-organizations = Ihre Organisationen
nav-profile = Profil
nav-organizations = Organisationen
nav-overview = Übersicht
nav-members = Mitglieder
nav-groups = Gruppen
nav-roles = Rollen
nav-activity = Aktivität
nav-settings = Einstellungen
operator-notice = Sie sehen { $organization } als Betreiber dieses Servers. Der Besuch steht in der Aktivität der Organisation.
where-you-are = Wo Sie sind
pages = Seiten
first-page = Anfang
next-page = Weiter
cancel = Abbrechen
confirm = Bestätigen
save = Speichern
remove = Entfernen
end = Beenden
suspend = Sperren
reactivate = Entsperren
add-role = Rolle hinzufügen
add-to-group = Zur Gruppe hinzufügen
end-all-sessions = Alle Sitzungen beenden
remove-from-organization = Aus der Organisation entfernen
via = über { $group }
until = bis { $date }
remove-named = { $name } entfernen
status-suspended = Gesperrt

## Your account

email-verified = Bestätigt
email-not-verified = Nicht bestätigt
operator = Betreiber dieses Servers
about-you = Über Sie
fact-email = E-Mail-Adresse
fact-account = Konto
fact-since = Seit
no-organizations = Sie gehören noch zu keiner Organisation
no-organizations-create = Legen Sie eine für Ihr Unternehmen oder Team an, oder bitten Sie die Administration Ihrer Organisation um eine Einladung.
no-organizations-run = Sie betreiben diesen Server. Die Betreiber sind Mitglieder einer eigenen Organisation.
no-organizations-see = Betreiber des Servers ansehen
no-organizations-ask = Bitten Sie die Administration Ihrer Organisation um eine Einladung.
create-organization-foot = Bei Anwendungen können Sie sich sofort für sie anmelden.
organization-created = { $name } ist angelegt. Die Administration liegt bei Ihnen.
leave = Austreten
leave-named = Aus { $name } austreten
leave-question = Aus { $name } austreten?
leave-text = Ihre Rollen und Gruppen dort entfallen sofort. Für eine Rückkehr brauchen Sie eine Einladung, es sei denn, die Organisation ist offen.
leave-only-administrator = Die Administration liegt allein bei Ihnen. Geben Sie zuerst einem anderen Mitglied Administratorrechte.
leave-kept = Die Administration liegt allein bei Ihnen, deshalb können Sie nicht austreten.
leave-only-member = Sie sind das einzige Mitglied, deshalb können Sie nicht austreten.
organization-left = Sie sind aus { $name } ausgetreten.

## What is refused

refused-last-administrator = Jede Organisation braucht jemanden mit Administratorrechten. Geben Sie sie zuerst einem anderen Mitglied.
refused-last-administrator-of = Nur { $name } hat hier Administratorrechte. Geben Sie sie zuerst einem anderen Mitglied.
refused-too-many-administrators = In einer Organisation können höchstens 500 Mitglieder Administratorrechte haben.
refused-stale = Jemand hat das inzwischen geändert. Sehen Sie sich den jetzigen Stand an und ändern Sie ihn dann.
refused-forbidden = Ihre Rollen erlauben das nicht.
refused-single-role = Jedes Mitglied dieser Organisation hat genau eine Rolle, ohne Enddatum. Geben Sie eine andere, dann ersetzt sie diese.
refused-preview-expired = Diese Vorschau ist zu alt. Erstellen Sie eine neue.
refused-bulk-cancelled = Das wurde abgesagt. Erstellen Sie eine neue Vorschau.
refused-bulk-ended = Das ist schon abgeschlossen. Machen Sie es stattdessen rückgängig.
refused-bulk-running = Das läuft noch. Halten Sie es an oder warten Sie.
refused-not-previewed = Die Vorschau ist noch nicht fertig. Warten Sie einen Moment.
refused-not-applied = Es wurde nichts geändert, also gibt es nichts rückgängig zu machen.
refused-filter-gone = Die Liste war nach einer Rolle oder Gruppe gefiltert, die es nicht mehr gibt. Kehren Sie zu den Mitgliedern zurück und wählen Sie neu aus.
refused-too-many-organizations = Sie haben in letzter Zeit viele Organisationen angelegt. Legen Sie die nächste morgen an.
refused-too-many-members = Eine Änderung betrifft höchstens 10.000 Personen. Wählen Sie weniger aus.
refused-too-many-bulk = In dieser Organisation gibt es schon viele solche Änderungen. Sagen Sie welche ab, die niemand braucht.
refused-upgrading = Nach einer Aktualisierung werden die Listen auf den neuesten Stand gebracht. Versuchen Sie es in ein paar Minuten noch einmal.
refused-not-a-member = Kein Mitglied oder nicht mehr Mitglied
refused-not-in-filter = Nicht mehr in der Liste
refused-changed-since = Wurde seither geändert und bleibt, wie es ist
refused-cancelled = Vor dem Anhalten nicht erreicht
refused-not-active = Nur aktive Mitglieder können Administratorrechte haben. Entsperren Sie das Mitglied zuerst.
refused-invalid = Einige Angaben können so nicht übernommen werden. Prüfen Sie sie und versuchen Sie es noch einmal.
refused-role-mode = Jemand hat mehrere Rollen oder eine mit Enddatum, oder eine Gruppe trägt eine. Ändern Sie das zuerst.
refused-already-member = Diese Person ist schon Mitglied.
refused-built-in = Das ist vorgegeben und bleibt, wie es ist.
refused-role-taken = Eine Rolle mit diesem Schlüssel gibt es schon. Wählen Sie einen anderen.
refused-too-many-roles = Mehr Rollen sind hier nicht möglich. Löschen Sie eine, die niemand braucht.
refused-too-many-groups = Mehr Gruppen sind hier nicht möglich. Löschen Sie eine, die niemand braucht.
refused-slug-taken = Zu viele Organisationen heißen so. Wählen Sie einen anderen Namen.
refused-organizations = Organisationen legen hier die Betreiber des Servers an.
refused-too-often = Das waren zu viele Versuche. Warten Sie eine Weile und versuchen Sie es dann noch einmal.
refused-too-many-links = Aus Ihrem Netzwerk wurden zu viele ungültige Links geöffnet. Versuchen Sie es nach einer Weile noch einmal.
refused-too-many-accounts = Aus Ihrem Netzwerk wurden zu viele Konten angelegt. Versuchen Sie es nach einer Weile noch einmal.
refused-busy = Das wird gerade ständig von anderen geändert. Versuchen Sie es gleich noch einmal.
refused-unavailable = Dieser Server ist ausgelastet, oder seine Datenbank ist nicht erreichbar. Versuchen Sie es gleich noch einmal.
refused-server-error = Bei uns ist etwas schiefgegangen. Versuchen Sie es noch einmal.
refused-csrf = Dieses Formular war zu lange offen oder kam von anderswo. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
refused-form = Dieses Formular ließ sich nicht lesen.
refused-form-large = Dieses Formular enthält mehr, als eine unserer Seiten sendet.
refused-misdirected = Dieser Server ist unter einer anderen Adresse zu Hause. Prüfen Sie die Adresse.

## Lists

search = Suchen
search-members = Name oder E-Mail-Adresse
any = Alle
apply = Anwenden
filter-role = Rolle
filter-group = Gruppe
filter-status = Status
status-active = Aktiv
status-disabled = Deaktiviert
count = { $count }
count-more = { $count }+
shown-of = { $shown } von { $total }
shown-of-more = { $shown } von mehr als { $total }
select-page = Alle auf dieser Seite auswählen
select-named = { $name } auswählen
column-name = Name
column-roles = Rollen
column-status = Status
column-joined = Mitglied seit

## Members

members-none-found = Niemand gefunden
members-none-found-text = Gesucht wird nach dem Anfang von Namen und Adressen. Filter schränken weiter ein.
members-choose-for-role = Auswählen, wer { $role } bekommt
members-choose-for-group = Auswählen, wer in die Gruppe { $group } kommt
members-choose-text = Haken Sie die Personen in der Liste an.
members-choose-stop = Auswahl abbrechen
members-show-all = Alle Mitglieder anzeigen
members-none = Hier ist noch niemand
members-none-text = Wer als Erstes beitritt, übernimmt die Administration.

## One member

joined-on = Mitglied seit { $date }
groups-of = Gruppen von { $name }
sessions-of = Sitzungen von { $name }
member-sessions = Sitzungen
fact-member = Mitglied

member-roles-held = Rollen, die { $name } hat
member-roles-hint = Gestrichelte kommen über eine Gruppe und entfallen mit ihr.
member-roles-single = Jedes Mitglied dieser Organisation hat genau eine Rolle.
member-only-administrator = Nur { $name } hat hier Administratorrechte. Geben Sie sie zuerst einem anderen Mitglied; dann lassen sie sich hier entziehen.
member-give = Weitere Rolle geben
member-give-other = Andere Rolle geben
member-replaces = Sie ersetzt die jetzige Rolle ab dem nächsten Token, spätestens in { $minutes ->
    [one] einer Minute
   *[other] { $minutes } Minuten
  }.
member-suspended-here = Gesperrt: keine Tokens für { $organization }, bis Sie das Mitglied entsperren.
member-suspended-read = Gesperrt: keine Tokens für { $organization }, bis die Administration das Mitglied entsperrt.
member-disabled-here = Dieses Konto haben die Betreiber des Servers deaktiviert; nur sie können es wieder aktivieren.
counts-once-reactivated = Gilt nach dem Entsperren.
counts-once-enabled = Gilt, sobald das Konto wieder aktiv ist.
counts-from-next-token = Gilt ab dem nächsten Token, spätestens in { $minutes ->
    [one] einer Minute
   *[other] { $minutes } Minuten
  }.
takes-effect = Wirkt mit dem nächsten Token, spätestens in { $minutes ->
    [one] einer Minute
   *[other] { $minutes } Minuten
  }. APIs, die diesen Server fragen, wissen es sofort.
choose-role = Rolle auswählen
choose-group = Gruppe auswählen
picker-held = Schon vergeben: ein neues Enddatum ersetzt das bisherige
fault-role-missing = Wählen Sie eine Rolle aus.
fault-role-unknown = Diese Rolle gibt es hier nicht.
fault-group-missing = Wählen Sie eine Gruppe aus.
fault-group-unknown = Diese Gruppe gibt es hier nicht.
fault-day = Geben Sie einen Tag wie 2030-12-31 ein.
fault-day-past = Dieser Tag ist vorbei. Wählen Sie einen, der noch kommt.
member-role-given = { $name } hat jetzt { $role }. Das gilt ab dem nächsten Token.
member-role-held = { $name } hatte { $role } schon.
member-role-taken = { $name } hat { $role } nicht mehr direkt.
member-role-taken-and-ended = { $name } hat { $role } nicht mehr direkt, und die Sitzungen hier sind beendet.
member-take-question = { $role } von { $name } entfernen?
member-take-kept = { $name } behält die Rolle über { $groups }. Nur was direkt vergeben ist, entfällt.
counts-at-once = Wirkt sofort: Die Tokens für diese Organisation werden ungültig, und eine neue Anmeldung ist nötig.
loses-with-it = Entfällt damit, weil keine andere Gruppe es gibt und es nicht direkt vergeben ist:
loses-nothing = Damit entfällt keine Rolle.
also-end-sessions = Auch die Sitzungen beenden
also-end-sessions-hint = Alle Tokens für diese Organisation werden sofort ungültig, und eine neue Anmeldung ist nötig.

member-groups-in = Gruppen, in denen { $name } ist
member-groups-hint = Alle in einer Gruppe haben die Rollen, die sie gibt.
member-groups-none = { $name } ist in keiner Gruppe.
group-gives-nothing = Gibt keine Rolle
member-add-group = Zu einer weiteren Gruppe hinzufügen
member-group-added = { $name } ist jetzt in { $group }. Das gilt ab dem nächsten Token.
member-group-removed = { $name } ist nicht mehr in { $group }.
member-leave-group-question = { $name } aus { $group } entfernen?

member-sessions-at = Sitzungen bei { $organization }
member-sessions-hint = Nur solche, in denen hier etwas ausgestellt wurde. Was anderswo geschieht, wird nicht gezeigt.
member-sessions-none = { $name } hat keine Sitzung bei { $organization }.
session-browser = Browser
session-device = Gerät
session-offline = Zugriff in Abwesenheit
session-since = angemeldet { $time }
session-ends = bis { $time }
member-session-ended = Diese Sitzung von { $name } ist hier beendet.
member-sessions-ended = Vor dem nächsten Token muss { $name } sich neu anmelden.
member-end-sessions-question = Alle Sitzungen von { $name } beenden?
member-end-sessions-text = Alle Tokens für { $organization } werden sofort ungültig. Vor dem nächsten muss { $name } sich neu anmelden. Was anderswo läuft, läuft weiter.

member-access = Zugang
member-suspend-question = { $name } sperren?
member-suspend-text = { $name } bekommt keine Tokens für { $organization }, bis Sie die Sperre aufheben. Rollen und Gruppen bleiben erhalten.
member-reactivate-text = { $name } hat ab der nächsten Anmeldung wieder dieselben Rollen und Gruppen.
member-remove-question = { $name } aus { $organization } entfernen?
member-remove-text = Rollen, Gruppen und Tokens von { $name } bei { $organization } entfallen sofort. Das Konto bleibt.
member-suspended = { $name } ist gesperrt. Die Tokens für diese Organisation sind ungültig.
member-reactivated = { $name } ist wieder aktiv.
member-removed = { $name } ist nicht mehr Mitglied bei { $organization }.
member-in-token = Jetzt in einem Token
member-no-token = Jetzt kein Token
member-in-token-text = Was Anwendungen für { $name } bei { $organization } bekommen.

## Bulk operations

bulk-actions = Was mit den Ausgewählten geschehen soll
selected = ausgewählt
bulk-nobody = Wählen Sie zuerst jemanden aus.
bulk-clear = Auswahl aufheben
bulk-all = Alle { $count } in dieser Liste
bulk-all-more = Alle, mehr als { $count }, in dieser Liste
bulk-give-role = Rolle geben
bulk-take-role = Rolle entziehen
bulk-remove-from-group = Aus Gruppe entfernen
bulk-preview = Vorschau anzeigen
bulk-new-foot = Es ändert sich noch nichts: Sie sehen zuerst, was mit jeder Person geschehen würde.
bulk-new-give = { $count ->
    [one] Einer Person
   *[other] { $count } Personen
  } eine Rolle geben
bulk-new-give-all = Allen in der Liste eine Rolle geben
bulk-new-take = { $count ->
    [one] Einer Person
   *[other] { $count } Personen
  } eine Rolle entziehen
bulk-new-take-all = Allen in der Liste eine Rolle entziehen
bulk-new-add = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } zu einer Gruppe hinzufügen
bulk-new-add-all = Alle in der Liste zu einer Gruppe hinzufügen
bulk-new-remove = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } aus einer Gruppe entfernen
bulk-new-remove-all = Alle in der Liste aus einer Gruppe entfernen
bulk-new-suspend = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } sperren
bulk-new-suspend-all = Alle in der Liste sperren
bulk-new-reactivate = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } entsperren
bulk-new-reactivate-all = Alle in der Liste entsperren
bulk-give = { $role } an { $count ->
    [one] eine Person
   *[other] { $count } Personen
  } vergeben
bulk-take = { $role } { $count ->
    [one] einer Person
   *[other] { $count } Personen
  } entziehen
bulk-add = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } zu { $group } hinzufügen
bulk-remove = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } aus { $group } entfernen
bulk-suspend = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } sperren
bulk-reactivate = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } entsperren
bulk-undoing = „{ $change }“ rückgängig machen
bulk-give-again = { $role } wieder an { $count ->
    [one] eine Person
   *[other] { $count } Personen
  } vergeben
bulk-take-again = { $role } { $count ->
    [one] einer Person
   *[other] { $count } Personen
  } wieder entziehen
bulk-add-again = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } wieder zu { $group } hinzufügen
bulk-remove-again = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } wieder aus { $group } entfernen
bulk-suspend-again = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } wieder sperren
bulk-reactivate-again = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
  } wieder entsperren
bulk-everyone = Alle
bulk-to-change = Wird geändert
bulk-changed = Geändert
bulk-already = Schon so
bulk-refused = Abgelehnt
bulk-skipped = Nicht erreicht
bulk-waits = Wartet
bulk-results = Was mit jeder Person geschieht
bulk-effect-give = { $role } gilt ab dem nächsten Token, spätestens { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
  } nach der Änderung.
bulk-effect-take = Das nächste Token kommt ohne { $role }. Ältere enthalten die Rolle noch höchstens { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
  } lang; wer per Introspection fragt, weiß es sofort.
bulk-effect-take-at-once = Wirkt sofort: Wer { $role } verliert, dessen Tokens für diese Organisation werden ungültig, und eine neue Anmeldung ist nötig.
bulk-effect-add = Was { $group } gibt, gilt ab dem nächsten Token, spätestens { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
  } nach der Änderung.
bulk-effect-remove = Das nächste Token kommt ohne das, was nur { $group } gab. Ältere enthalten es noch höchstens { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
  } lang; wer per Introspection fragt, weiß es sofort.
bulk-effect-remove-at-once = Wirkt sofort: Wer mit { $group } eine Rolle verliert, dessen Tokens für diese Organisation werden ungültig, und eine neue Anmeldung ist nötig.
bulk-effect-suspend = Diese Personen bekommen hier keine Tokens, bis Sie die Sperre aufheben. Rollen und Gruppen bleiben erhalten.
bulk-effect-reactivate = Diese Personen haben ab ihrer nächsten Anmeldung wieder dieselben Rollen und Gruppen.
bulk-preview-until = Es hat sich noch nichts geändert. Sie können dies bis { $time } anwenden.
bulk-nothing-to-do = Es würde sich nichts ändern.
bulk-preparing = Die Personen werden ausgewählt.
bulk-expired = Diese Vorschau ist zu alt, um sie anzuwenden. Es hat sich nichts geändert.
bulk-called-off = Abgesagt. Es hat sich nichts geändert.
bulk-running = { $reached } von { $total } erledigt
bulk-running-hint = Es läuft von selbst weiter, auch wenn Sie diese Seite verlassen.
bulk-done = Abgeschlossen { $time }. { $changed ->
    [one] Eine Person wurde geändert.
   *[other] { $changed } Personen wurden geändert.
  }
bulk-stopped-by-hand = Angehalten { $time }. Bei den schon erreichten Personen bleibt es dabei: { $changed }.
bulk-stopped = Angehalten { $time }, weil die Person, die es begonnen hat, dazu nicht mehr berechtigt ist. Bei den schon erreichten Personen bleibt es dabei: { $changed }.
bulk-apply = Auf { $count ->
    [one] eine Person
   *[other] { $count } Personen
  } anwenden
bulk-stop = Anhalten
bulk-undo-for = Für { $count ->
    [one] eine Person
   *[other] { $count } Personen
  } rückgängig machen
bulk-undone-by = Das wurde rückgängig gemacht
bulk-undone-again = Seinerseits rückgängig gemacht: „{ $change }“
bulk-undoes = Macht „{ $change }“ rückgängig
look-again = Noch einmal nachsehen
column-person = Person
column-result = Ergebnis
gone-member = Kein Mitglied mehr

## Roles

column-key = Schlüssel
column-role = Rolle
column-from = Herkunft
column-permissions = Berechtigungen
role-kind-own = Eigene
role-kind-own-of = Eigene Rolle von { $organization }
role-kind-instance = Überall auf diesem Server
role-kind-built-in = Vorgegeben
role-create = Rolle anlegen
roles-own-none = Legen Sie eigene Rollen an
roles-own-none-text = Eine Rolle sagt, was jemand in Ihren Anwendungen darf. Legen Sie für jede Art von Arbeit eine an und geben Sie sie dann Personen und Gruppen.
role-new-text = Eine Rolle allein dieser Organisation. Was sie erlaubt, kommt als Nächstes.
role-new-foot = Sie gilt für niemanden, bis Sie sie vergeben.
role-created = { $name } ist angelegt.
role-created-next = Wählen, was sie erlaubt
field-key = Schlüssel
field-description = Beschreibung
role-name-hint = So sehen sie alle.
role-key-hint = So finden Anwendungen sie in einem Token. Er ändert sich nie. Bleibt er leer, wird er aus dem Namen gebildet.
role-description-hint = Für wen sie ist, in einer Zeile.
fault-role-key-missing = Geben Sie einen Schlüssel ein: Dieser Name enthält keine Buchstaben, aus denen sich einer bilden ließe.
fault-role-key-malformed = Verwenden Sie 1 bis 63 Kleinbuchstaben ohne Umlaute, Ziffern, - und _, mit einem Buchstaben am Anfang.
fault-role-key-taken = Der Schlüssel { $key } ist vergeben. Wählen Sie einen anderen.

## One role

role-assignments = Zuweisungen
role-permissions = Berechtigungen
role-about = Über { $name }
role-edit = Bearbeiten
role-delete = Rolle löschen

role-who = Wer sie hat
role-held = { $count ->
    [0] Niemand hat sie.
    [one] Eine Person hat sie.
   *[other] { $count } Personen haben sie.
  }
role-allows-count = { $count ->
    [one] 1 Berechtigung
   *[other] { $count } Berechtigungen
  }
role-held-more = Mehr als { $count } Personen haben sie.
role-groups-carry = { $groups ->
    [one] Eine Gruppe gibt sie allen, die in ihr sind.
   *[other] { $groups } Gruppen geben sie allen, die in ihnen sind.
  }
role-members-hidden = Ihre Rollen erlauben es nicht, zu sehen, wer sie hat.
role-nobody = Noch hat sie niemand
role-nobody-text = Geben Sie sie einzelnen Personen oder einer Gruppe: Wer in die Gruppe kommt, hat sie, wer sie verlässt, verliert sie.
role-nobody-text-single = Geben Sie sie jemandem: Sie ersetzt die bisherige Rolle.
role-nobody-sketch-group = Finanzen
role-nobody-sketch-person = Ada Byron
role-give-all = An Personen oder Gruppen vergeben
role-give-one = An eine Person vergeben
role-not-yours-to-give = Sie enthält Berechtigungen, die Sie selbst nicht haben; vergeben und entziehen können sie deshalb nur andere.
role-single-note = Jedes Mitglied hat hier genau eine Rolle. Um jemandem diese zu entziehen, geben Sie eine andere.
role-only-administrator = Sonst hat niemand Administratorrechte. Geben Sie sie zuerst einem anderen Mitglied.
column-holder = Person oder Gruppe
column-held-how = Vergeben
role-directly = Direkt
role-in-group = An alle in der Gruppe
role-group = Gruppe
role-remove-from = { $role } von { $name } entfernen
column-remove = Entfernen

role-give-question = { $name } vergeben
role-give-person = An eine Person
role-give-person-text = Ein Mitglied dieser Organisation.
role-give-person-single = Sie ersetzt die bisherige Rolle der Person.
role-give = Rolle geben
choose-many = Viele Personen auswählen
role-give-many-text = Bei mehr als ein paar Personen wählen Sie sie in der Liste der Mitglieder aus.
role-give-group = An eine Gruppe
role-give-group-text = Alle in der Gruppe haben die Rolle, auch wer später dazukommt.
role-give-group-none = Es gibt keine Gruppe, die sie nicht schon hat.
role-give-to-group = Der Gruppe geben
role-given = { $name } hat jetzt { $role }.
role-had = { $name } hat { $role } schon.
role-given-to-group = Alle in { $group } haben jetzt { $role }.


role-what = Was sie erlaubt
role-count = { $carried } von { $offered } Berechtigungen
role-resource = Ressource
role-none = keine
role-yes = erlaubt
role-no = nicht erlaubt
role-this-organization = Diese Organisation
role-lacked = Das haben Sie selbst nicht
role-mirrored = Wie oben
role-now-on = jetzt an
role-now-off = jetzt aus
role-gone = { $count ->
    [one] Sie enthält auch eine Berechtigung, die nicht mehr vergeben werden kann. Beim Speichern entfällt sie:
   *[other] Sie enthält auch { $count } Berechtigungen, die nicht mehr vergeben werden können. Beim Speichern entfallen sie:
  }
role-fixed-built-in = Sie ist in allen Organisationen gleich. Legen Sie für etwas anderes eine eigene Rolle an.
role-fixed-instance = Sie ist überall auf diesem Server gleich; die Betreiber ändern sie.
role-fixed-rights = Ihre Rollen erlauben es nicht, sie zu ändern.
role-permissions-saved = { $name } erlaubt jetzt, was Sie ausgewählt haben.
role-permissions-stale = Jemand hat diese Rolle inzwischen geändert. Ihre Auswahl ist noch da, und wo die Rolle jetzt anders ist, steht es dabei. Speichern Sie noch einmal, um Ihre Auswahl zu übernehmen.

manage-members-read = Mitglieder und ihre Rollen sehen
manage-members-write = Mitglieder ändern, sperren und entfernen
manage-sessions-end = Sitzungen von Mitgliedern beenden
manage-roles-read = Rollen sehen
manage-roles-write = Rollen anlegen, ändern und löschen
manage-groups-read = Gruppen sehen
manage-groups-write = Gruppen anlegen, ändern und löschen
manage-invitations-read = Einladungen sehen
manage-invitations-write = Personen einladen
manage-settings-write = Einstellungen ändern
manage-domains-write = Domains hinzufügen und nachweisen
manage-audit-read = Aktivität sehen
manage-organization-leave = Aus der Organisation austreten
manage-administrators-write = Administratorrechte geben und entziehen

role-edit-title = { $name } bearbeiten
role-edit-foot = Der Schlüssel bleibt. Der neue Name ist sofort zu sehen.
role-changed = { $name } ist gespeichert.
role-now = Jetzt steht hier „{ $text }“.
role-now-empty = Jetzt ist es leer.

role-delete-question = { $name } löschen?
role-delete-text = Das gilt sofort und lässt sich nicht rückgängig machen. Noch hat niemand die Rolle.
role-delete-text-used = Das gilt sofort und lässt sich nicht rückgängig machen.
role-use-default = Wer der Organisation beitritt, bekommt sie.
role-use-unknown = Ihre Rollen erlauben es nicht, zu sehen, wer sie hat.
role-delete-then = Was soll aus ihr werden?
role-delete-replace = Durch eine andere Rolle ersetzen
role-delete-replace-text = Wer sie hat, hat dann stattdessen die andere.
role-delete-remove = Allen entziehen
role-delete-remove-text = Die anderen Rollen bleiben.
field-replacement = Ersatz
fault-role-in-use = Sie wird verwendet. Wählen Sie, was aus ihr werden soll.
fault-role-replacement-missing = Wählen Sie die Rolle, die sie ersetzt.
role-deleted = { $name } ist gelöscht.
role-replaced = { $name } ist gelöscht. Wer sie hatte, hat jetzt { $other }.

## Groups

group-create = Gruppe anlegen
groups-search = Namensanfang
column-group = Gruppe
group-no-roles = Keine Rollen
groups-none-found = Keine Gruppe gefunden
groups-none-found-text = Gesucht wird nach dem Anfang von Namen.
groups-show-all = Alle Gruppen anzeigen
groups-empty = Geben Sie einem ganzen Team Rollen auf einmal
groups-empty-text = Eine Gruppe ist eine benannte Menge von Mitgliedern, die Rollen trägt. Wer hineinkommt, bekommt sie, wer sie verlässt, verliert sie.
groups-empty-single = Halten Sie Teams zusammen
groups-empty-single-text = Eine Gruppe ist eine benannte Menge von Mitgliedern, um sie wiederzufinden. Hier hat jedes Mitglied genau eine Rolle, deshalb tragen Gruppen keine.
sketch-group = Finanzen
sketch-role = Abrechnung
sketch-first = Ada Byron
sketch-second = Chiara Vitale
group-name-hint = Ein Team oder eine Aufgabe, zum Beispiel Finanzen.
group-name-taken = Eine Gruppe mit diesem Namen gibt es schon.
group-roles-hint = Alle in der Gruppe haben sie, als wären sie direkt vergeben.
group-roles-single = Hier hat jedes Mitglied genau eine Rolle, deshalb tragen Gruppen keine.
group-create-foot = Noch ist niemand darin. Personen fügen Sie als Nächstes hinzu.
group-created = Die Gruppe { $name } ist angelegt.
group-created-next = Personen hinzufügen
group-people = { $count ->
    [0] Niemand ist darin.
    [one] 1 Person ist darin.
   *[other] { $count } Personen sind darin.
  }
group-people-more = Mehr als { $count } Personen sind darin.

## One group

group-edit = Bearbeiten
group-edit-title = { $name } bearbeiten
group-edit-foot = Sofort zu sehen. Wer darin ist und welche Rollen sie trägt, bleibt, wie es ist.
group-changed = { $name } ist gespeichert.
present-value = Jetzt { $value }
present-empty = Jetzt leer
group-add-title = Person hinzufügen
group-add = Zur Gruppe hinzufügen
group-member-added = { $name } ist in { $group }.
group-member-there = { $name } war schon in { $group }.
group-who = Wer darin ist
group-no-end = Kein Ende
group-remove = Entfernen
group-nobody = Noch ist niemand darin
group-nobody-text = Wer hinzugefügt wird, bekommt ihre Rollen.
group-nobody-text-bare = Sie gibt noch keine Rolle. Wer hinzugefügt wird, bekommt die, die Sie ihr später geben.
group-nobody-text-single = Fassen Sie Personen zusammen, um sie darüber zu finden.
group-member-removed-ended = { $name } ist nicht mehr in { $group } und muss sich vor dem nächsten Token neu anmelden.
group-roles-title = Rollen von { $group }
group-carried = Rollen, die sie trägt
group-carried-text = Alle in der Gruppe haben sie, als wären sie direkt vergeben.
group-carries-none = Sie trägt noch keine Rollen.
group-give = Eine Rolle geben
group-give-another = Eine weitere Rolle geben
group-add-role = Rolle hinzufügen
group-give-foot = { $minutes ->
    [one] Alle in der Gruppe haben sie ab dem nächsten Token, spätestens in einer Minute.
   *[other] Alle in der Gruppe haben sie ab dem nächsten Token, spätestens in { $minutes } Minuten.
  }
group-role-unknown = Diese Rolle gibt es nicht mehr. Wählen Sie eine andere.
group-role-added = { $group } trägt jetzt { $role }.
group-remove-role-question = Der Gruppe { $group } { $role } entziehen?
group-role-kept = Wer sie direkt oder über eine andere Gruppe hat, behält sie.
group-role-removed = { $group } trägt { $role } nicht mehr.
group-delete = Gruppe löschen
group-delete-question = { $group } löschen?
group-delete-roles = Über sie hat niemand mehr:
group-delete-text = Alle bleiben Mitglieder. Das lässt sich nicht rückgängig machen.
group-deleted = Die Gruppe { $name } ist gelöscht.

## Settings

settings-saved = Gespeichert.
settings-choose = Wählen Sie eines davon.
settings-name = Name
settings-slug = Kurzname
settings-slug-text = steht in den Adressen ihrer Seiten, und Anwendungen nennen sie damit; er ändert sich nie
settings-id = Organisation
settings-name-foot = { $minutes ->
    [one] Sofort zu sehen; in Tokens ab dem nächsten, spätestens in einer Minute.
   *[other] Sofort zu sehen; in Tokens ab dem nächsten, spätestens in { $minutes } Minuten.
  }
settings-joining = Beitritt
settings-joining-system = Die Betreiber dieses Servers kommen nur auf Einladung dazu.
settings-invite = Auf Einladung
settings-invite-text = Nur wer eingeladen oder von der Administration hinzugefügt wird, wird Mitglied.
settings-open = Offen
settings-open-text = Alle mit einem Konto, die den Link kennen, können Mitglied werden.
settings-join-url = Beitrittslink
settings-joining-foot = Gilt sofort. Wer Mitglied ist, bleibt es.
settings-defaults = Standardrollen
settings-inherited = Die des Servers ({ $roles })
settings-inherited-text = Ändern die Betreiber sie, ändern sie sich auch hier.
settings-own = Eigene
settings-own-text = Die, die Sie unten anhaken.
settings-own-text-single = Die eine, die Sie unten anhaken.
settings-own-roles = Eigene Standardrollen
settings-defaults-none = Haken Sie mindestens eine Rolle an oder wählen Sie die des Servers.
settings-defaults-foot = Für alle, die von jetzt an beitreten. Mitglieder behalten, was sie haben.
settings-mode = Rollen pro Mitglied
settings-multiple = Mehrere Rollen
settings-multiple-text = Beliebig viele oder keine, direkt und über Gruppen, auf Wunsch mit Enddatum.
settings-single = Eine Rolle
settings-single-text = Genau eine, ohne Enddatum; wird eine andere vergeben, ersetzt sie diese. Gruppen tragen keine Rollen. Wer keine hat, bekommt die Standardrolle.
settings-mode-look = Ansehen, was einer einzigen Rolle im Weg steht
settings-downgrade = Wenn eine Rolle verloren geht
settings-revoke = Die Tokens des Mitglieds hier sofort ungültig machen
settings-revoke-text = { $minutes ->
    [one] Wer eine Rolle verliert, muss sich vor dem nächsten Token neu anmelden. Sonst kann ein Token die verlorene Rolle noch bis zu einer Minute enthalten. Ein Enddatum, das verstreicht, macht nichts ungültig.
   *[other] Wer eine Rolle verliert, muss sich vor dem nächsten Token neu anmelden. Sonst kann ein Token die verlorene Rolle noch bis zu { $minutes } Minuten enthalten. Ein Enddatum, das verstreicht, macht nichts ungültig.
  }
settings-downgrade-foot = Für Rollen, die von jetzt an verloren gehen.
settings-present-name = Inzwischen lautet der Name { $name }. Speichern Sie noch einmal, um das zu ändern.
settings-present-open = Inzwischen ist der Beitritt offen. Speichern Sie noch einmal, um das zu ändern.
settings-present-invite = Inzwischen ist der Beitritt nur auf Einladung möglich. Speichern Sie noch einmal, um das zu ändern.
settings-present-single = Inzwischen hat jedes Mitglied eine Rolle. Speichern Sie noch einmal, um das zu ändern.
settings-present-multiple = Inzwischen haben Mitglieder mehrere Rollen. Speichern Sie noch einmal, um das zu ändern.
settings-present-revokes = Inzwischen werden Tokens sofort ungültig. Speichern Sie noch einmal, um das zu ändern.
settings-present-keeps = Inzwischen bleiben Tokens gültig. Speichern Sie noch einmal, um das zu ändern.
settings-present-own = Inzwischen sind es { $roles }. Speichern Sie noch einmal, um das zu ändern.
settings-present-inherited = Inzwischen sind es die des Servers: { $roles }. Speichern Sie noch einmal, um das zu ändern.
settings-danger = Austreten und schließen
settings-leave = Aus der Organisation austreten
settings-leave-text = Ihre Rollen und Gruppen hier entfallen sofort. Ihr Konto bleibt.
settings-suspend = Organisation sperren
settings-suspend-text = Niemand bekommt ein Token für sie, und alles hier Ausgestellte wird ungültig. Mitglieder und Rollen bleiben erhalten.
settings-activate = Organisation entsperren
settings-activate-text = Ihre Mitglieder können wieder für sie handeln, sobald sie sich neu angemeldet haben.
in-the-way-several = Hat mehrere Rollen
in-the-way-end = Hat eine Rolle mit Enddatum
in-the-way-group = Trägt Rollen
in-the-way-defaults = Es sind mehrere
role-mode-title = Eine Rolle für jedes Mitglied
role-mode-text = Bevor Sie umstellen, darf niemand mehr als eine Rolle haben, keine Rolle ein Enddatum und keine Gruppe eine Rolle.
role-mode-already = Jedes Mitglied hat schon genau eine Rolle.
role-mode-in-the-way = Im Weg
role-mode-in-the-way-text = Ändern Sie zuerst das Folgende. Jeder Link führt dorthin, wo das geht.
role-mode-in-the-way-most = Ändern Sie zuerst das Folgende. Es können noch mehr sein: Hundert werden gezeigt.
role-mode-in-the-way-part = Ändern Sie zuerst das Folgende. Es können noch mehr sein: Bei so vielen Mitgliedern wurden nicht alle angesehen.
role-mode-ready = Nichts steht im Weg
role-mode-ready-part = Nichts gefunden, was im Weg steht
role-mode-ready-text = Wer keine Rolle hat, bekommt die Standardrolle. Sie können jederzeit zurückstellen.
role-mode-ready-part-text = Bei so vielen Mitgliedern wurden nicht alle angesehen. Beim Umstellen werden alle geprüft, und Sie erfahren, wer im Weg steht. Wer keine Rolle hat, bekommt die Standardrolle.
role-mode-foot = Gilt ab dem nächsten Token.
role-mode-switch = Auf eine Rolle umstellen
suspend-question = { $name } sperren?
suspend-text = Alle Sitzungen und Tokens enden sofort, für alle Mitglieder und Anwendungen. Mitglieder, Gruppen und Rollen bleiben erhalten, bis Sie die Organisation entsperren.
activate-question = { $name } entsperren?
activate-text = Ihre Mitglieder können wieder für sie handeln, sobald sie sich neu angemeldet haben. Was beim Sperren geendet hat, bleibt beendet.
organization-suspended = { $name } ist gesperrt.
organization-activated = { $name } ist wieder aktiv.

## Activity

activity-export = Exportieren als
activity-csv = CSV
activity-json = JSON
filter-person = Person
activity-anyone = beliebig
filter-as = Als
activity-as-actor = handelnde Person
activity-as-subject = betroffene Person
filter-action = Aktion
activity-kind-roles = Rollen und Gruppen
activity-kind-members = Mitglieder
activity-kind-sessions = Anmeldungen und Sitzungen
activity-kind-settings = Einstellungen
activity-kind-bulk = Sammeländerungen
filter-from = Von
filter-to = Bis
activity-did = Was { $name } getan hat
activity-happened = Was { $name } betraf
activity-of = Aktivität von { $name }
activity-to = Was { $name } betraf
activity-by = Ansehen, was diese Person getan hat
activity-none-here = Noch ist nichts geschehen.
activity-shown = { $count ->
    [one] 1 Ereignis
   *[other] { $count } Ereignisse
 }
activity-newest = Neueste
activity-older = Ältere
activity-nobody = Hier hat niemand diesen Namen oder diese Adresse
activity-nobody-text = Geben Sie den Anfang eines Namens oder eine E-Mail-Adresse ein. Wer ausgetreten ist, findet sich über die ID in den Ereignissen.
activity-none-found = Nichts Passendes gefunden
activity-none-found-text = Entfernen Sie einen Filter oder wählen Sie einen früheren Tag. Tage beginnen und enden in UTC.
activity-show-all = Alles anzeigen
activity-none = Noch ist nichts geschehen
activity-none-text = Hier steht jede Änderung an Mitgliedern, Rollen, Gruppen und Einstellungen: wer sie gemacht hat und wann.
activity-event = Was geschehen ist
event-operator = Betreiber
event-by-api = API
event-part-of = Teil einer größeren Änderung
event-whole = Alles ansehen
event-each = Einzeln ansehen
event-see-each = Jede Person ansehen
event-parts = Jede Person
event-no-parts = Bisher wurde dadurch niemand geändert.
event-more-parts = Mehr
event-operation = Sammeländerung ansehen
event-changes = Was sich geändert hat
event-what = Was
event-before = Vorher
event-after = Nachher
event-facts = Wie es aufgezeichnet wurde
event-unsealed = Noch ohne Nummer
fact-when = Wann
fact-action = Aktion
fact-by = Von
fact-about = Betrifft
fact-part = Teil von
fact-address = Adresse
fact-browser = Browser
fact-request = Anfrage
fact-number = Nummer im Protokoll
fact-id = ID
field-of-name = Name
field-of-email = E-Mail-Adresse
field-of-description = Beschreibung
field-of-roles = Rollen
field-of-role = Rolle
field-of-groups = Gruppen
field-of-group = Gruppe
field-of-until = Bis
field-of-status = Status
field-of-permissions = Berechtigungen
field-of-join-policy = Wer beitreten darf
field-of-role-mode = Rollen pro Mitglied
field-of-default-roles = Rollen beim Beitritt
field-of-default-role = Rolle zum Handeln
field-of-revoke = Macht Tokens mit verlorener Rolle ungültig
field-of-application = Anwendung
field-of-members = Personen
field-of-replacement = Ersetzt durch
field-of-kind = Was geschieht
field-of-foreseen = Vorgesehen
value-none = Keine
value-yes = Ja
value-no = Nein
value-unsaid = Nicht aufgezeichnet

## What happened, as sentences

event-server = Rollcall
event-somebody = jemand
event-somebody-gone = jemand (nicht mehr vorhanden)
event-somebody-left = jemand (ausgetreten)
event-somebody-signed-out = Jemand ohne Anmeldung
event-group-gone = (nicht mehr vorhanden)
event-application = Anwendung (unbekannt)
event-unknown = { $actor }: { $action }
event-administrator-added = { $actor } hat { $subject } Administratorrechte gegeben
event-administrator-removed = { $actor } hat { $subject } die Administratorrechte entzogen
event-administrator-forced = { $actor } hat { $subject } die Administratorrechte zwangsweise entzogen
event-joined = { $subject } ist beigetreten
event-left = { $subject } ist ausgetreten
event-member-added = { $actor } hat { $subject } hinzugefügt
event-member-removed = { $actor } hat { $subject } entfernt
event-member-suspended = { $actor } hat { $subject } gesperrt
event-member-reactivated = { $actor } hat { $subject } entsperrt
event-member-changed = { $actor } hat die Angaben zu { $subject } geändert
event-role-given = { $actor } hat { $role } an { $subject } vergeben
event-role-given-until = { $actor } hat { $role } bis { $until } an { $subject } vergeben
event-role-replaced = { $actor } hat { $role } statt { $before } an { $subject } vergeben
event-role-taken = { $actor } hat { $subject } { $role } entzogen
event-roles-changed = { $actor } hat { $more } an { $subject } vergeben und { $less } entzogen
event-roles-restored = { $actor } hat die Rollen von { $subject } wiederhergestellt
event-role-deleted-for = { $subject } hat { $role } statt { $gone }, die gelöscht wurde
event-group-added = { $actor } hat { $subject } zur Gruppe { $group } hinzugefügt
event-group-added-until = { $actor } hat { $subject } bis { $until } zur Gruppe { $group } hinzugefügt
event-group-removed = { $actor } hat { $subject } aus der Gruppe { $group } entfernt
event-groups-changed = { $actor } hat die Gruppen von { $subject } geändert
event-session-ended = { $actor } hat eine Sitzung von { $subject } beendet
event-sessions-ended = { $actor } hat hier alle Sitzungen von { $subject } beendet
event-signed-up = { $subject } hat ein Konto angelegt
event-user-created = { $actor } hat das Konto von { $subject } angelegt
event-user-changed = { $actor } hat das Konto von { $subject } geändert
event-password-set = { $actor } hat ein Passwort für { $subject } gesetzt
event-user-disabled = { $actor } hat das Konto von { $subject } deaktiviert
event-user-enabled = { $actor } hat das Konto von { $subject } aktiviert
event-own-sessions-ended = { $subject } hat alle Sitzungen beendet
event-all-sessions-ended = { $actor } hat überall alle Sitzungen von { $subject } beendet
event-sign-in-failed = Eine Anmeldung als { $subject } ist fehlgeschlagen
event-signed-in = { $subject } hat sich bei { $application } angemeldet
event-signed-out = { $subject } hat sich abgemeldet
event-signed-out-of = { $subject } hat sich bei { $application } abgemeldet
event-consent = { $subject } hat { $application } zugelassen
event-token-revoked = { $application } hat ein Token von { $subject } zurückgegeben
event-own-token-revoked = { $application } hat ein eigenes Token zurückgegeben
event-token-reused = Ein Token von { $subject } für { $application } wurde zweimal verwendet; alles, was daraus entstanden ist, ist jetzt ungültig
event-device-allowed = { $actor } hat { $application } auf einem Gerät zugelassen
event-device-denied = { $actor } hat { $application } auf einem Gerät abgelehnt
event-role-created = { $actor } hat die Rolle { $role } angelegt
event-role-changed = { $actor } hat die Rolle { $role } geändert
event-role-deleted = { $actor } hat die Rolle { $role } gelöscht
event-role-deleted-by = { $actor } hat die Rolle { $role } gelöscht und durch { $by } ersetzt
event-role-back = Die Rolle { $role } ist wieder da: Ihre Ersatzrollen hatten einander ersetzt
event-group-created = { $actor } hat die Gruppe { $group } angelegt
event-group-created-with = { $actor } hat die Gruppe { $group } mit { $roles } angelegt
event-group-changed = { $actor } hat die Gruppe { $group } geändert
event-group-deleted = { $actor } hat die Gruppe { $group } gelöscht
event-group-role-replaced = Die Gruppe { $group } trägt { $by } statt { $gone }, die gelöscht wurde
event-group-role-gone = Die Gruppe { $group } trägt { $gone } nicht mehr; die Rolle wurde gelöscht
event-default-role-replaced = Beim Beitritt gibt es { $by } statt { $gone }, die gelöscht wurde
event-default-role-gone = Beim Beitritt gibt es { $gone } nicht mehr; die Rolle wurde gelöscht
event-organization-created = { $actor } hat die Organisation angelegt
event-founded = { $subject } hat als Erstes die Administration übernommen
event-organization-renamed = { $actor } hat die Organisation von { $before } in { $after } umbenannt
event-organization-suspended = { $actor } hat die Organisation gesperrt
event-organization-activated = { $actor } hat die Organisation entsperrt
event-settings-changed = { $actor } hat die Einstellungen geändert
event-visited = { $actor } hat die Organisation als Betreiber dieses Servers angesehen
event-bulk = { $actor } hat begonnen, { $count ->
    [one] 1 Person
   *[other] { $count } Personen
 } zu ändern
event-bulk-give = { $actor } hat begonnen, { $role } an { $count ->
    [one] 1 Person
   *[other] { $count } Personen
 } zu vergeben
event-bulk-take = { $actor } hat begonnen, { $count ->
    [one] 1 Person
   *[other] { $count } Personen
 } { $role } zu entziehen
event-bulk-add = { $actor } hat begonnen, { $count ->
    [one] 1 Person
   *[other] { $count } Personen
 } zur Gruppe { $group } hinzuzufügen
event-bulk-remove = { $actor } hat begonnen, { $count ->
    [one] 1 Person
   *[other] { $count } Personen
 } aus der Gruppe { $group } zu entfernen
event-bulk-suspend = { $actor } hat begonnen, { $count ->
    [one] 1 Person
   *[other] { $count } Personen
 } zu sperren
event-bulk-reactivate = { $actor } hat begonnen, { $count ->
    [one] 1 Person
   *[other] { $count } Personen
 } zu entsperren
event-bulk-gave = { $actor } hat { $role } an { $whole ->
    [yes] { $total ->
        [one] 1 Person
       *[other] { $total } Personen
      }
   *[no] { $changed } von { $total } Personen
 } vergeben
event-bulk-took = { $actor } hat { $whole ->
    [yes] { $total ->
        [one] 1 Person
       *[other] { $total } Personen
      }
   *[no] { $changed } von { $total } Personen
 } { $role } entzogen
event-bulk-added = { $actor } hat { $whole ->
    [yes] { $total ->
        [one] 1 Person
       *[other] { $total } Personen
      }
   *[no] { $changed } von { $total } Personen
 } zur Gruppe { $group } hinzugefügt
event-bulk-removed = { $actor } hat { $whole ->
    [yes] { $total ->
        [one] 1 Person
       *[other] { $total } Personen
      }
   *[no] { $changed } von { $total } Personen
 } aus der Gruppe { $group } entfernt
event-bulk-suspended = { $actor } hat { $whole ->
    [yes] { $total ->
        [one] 1 Person
       *[other] { $total } Personen
      }
   *[no] { $changed } von { $total } Personen
 } gesperrt
event-bulk-reactivated = { $actor } hat { $whole ->
    [yes] { $total ->
        [one] 1 Person
       *[other] { $total } Personen
      }
   *[no] { $changed } von { $total } Personen
 } entsperrt
event-undo = Rückgängig gemacht
event-bulk-cancelled = { $actor } hat eine Sammeländerung abgesagt
event-application-created = { $actor } hat { $application } eingetragen
event-application-changed = { $actor } hat { $application } geändert
event-application-registered = { $application } hat sich selbst eingetragen
event-registration-changed = { $application } hat den eigenen Eintrag geändert
event-application-deleted = { $actor } hat { $application } gelöscht
event-application-expired = { $application } ist abgelaufen, weil niemand sie verwendet hat
event-api-created = { $actor } hat die API { $api } eingetragen
event-api-changed = { $actor } hat die API { $api } geändert
event-instance-changed = { $actor } hat die Einstellungen des Servers geändert
event-instance-default-role = Eine Standardrolle des Servers wurde gelöscht und ersetzt
event-key-published = Der Signaturschlüssel { $key } wurde veröffentlicht
event-key-scheduled = Der Signaturschlüssel { $key } wird ab seinem Zeitpunkt signieren
event-key-promoted = Der Signaturschlüssel { $key } signiert von jetzt an
event-key-withdrawn = Der Signaturschlüssel { $key } wurde zurückgezogen
event-key-forgotten = Der Signaturschlüssel { $key } wurde vernichtet
event-key-removed = Der Signaturschlüssel { $key } ist nicht mehr veröffentlicht

## Overview

overview-attention = Was Aufmerksamkeit braucht
overview-calm = Nichts braucht Ihre Aufmerksamkeit.
overview-suspended = Die Organisation ist gesperrt
overview-suspended-text = Niemand bekommt hier ein Token, bis die Betreiber dieses Servers sie entsperren.
overview-no-administrator = Niemand hat Administratorrechte
overview-no-administrator-text = Die Betreiber dieses Servers müssen sie jemandem geben.
overview-unfounded-text = Wer als Erstes beitritt, übernimmt die Administration.
overview-one-administrator = Nur ein Mitglied hat Administratorrechte
overview-one-administrator-named = Nur { $name } hat Administratorrechte
overview-one-administrator-text = Geben Sie sie einem zweiten Mitglied, damit es weitergeht, wenn eines sich nicht anmelden kann.
overview-running = Eine Sammeländerung betrifft gerade { $count ->
    [one] 1 Person
   *[other] { $count } Personen
 }
overview-running-text = Sie läuft von selbst weiter, auch wenn Sie diese Seite verlassen.
overview-ending = Rollen, die in den nächsten sieben Tagen enden
overview-ending-text = Sie gelten dann nicht mehr. Setzen Sie ein späteres Ende für alle, die sie länger brauchen.
overview-ending-more = Es gibt noch mehr. Wann Rollen enden, steht auf der Seite des Mitglieds.
overview-see-members = Mitglieder ansehen
overview-see-bulk = Ansehen, wie weit sie ist
overview-next = Was Sie als Nächstes tun können
overview-step-link = Beitrittslink weitergeben
overview-step-link-text = Wer ihn öffnet, meldet sich an oder legt ein Konto an und tritt mit den Rollen bei, die neue Mitglieder bekommen.
overview-step-invite = Personen einladen
overview-step-invite-text = Eingeladene bekommen eine E-Mail mit einem Link und treten mit den Rollen bei, die Sie wählen.
overview-step-join = Festlegen, wer beitreten darf
overview-step-join-text = Nur auf Einladung, auch über die Domain der E-Mail-Adresse, oder alle mit dem Link.
overview-step-roles = Eigene Rollen anlegen
overview-step-roles-text = Den Schlüssel einer Rolle sehen Anwendungen in einem Token, neben den vorgegebenen.
overview-step-groups = Personen in Gruppen zusammenfassen
overview-step-groups-text = Eine Gruppe trägt Rollen: Wer hineinkommt, bekommt sie, wer sie verlässt, verliert sie.
overview-latest = Was zuletzt geschehen ist
overview-see-activity = Alle Aktivitäten ansehen

## The styles

styles = Gestaltung
styles-text = Woraus Seiten bestehen, jeweils in allen Zuständen.
styles-colour = Farbe
styles-type = Schrift
styles-space = Abstände und Ecken
styles-buttons = Schaltflächen
styles-chips = Marken
styles-notices = Hinweise
styles-forms = Formulare
styles-tables = Tabellen
styles-dialog = Rückfragen
styles-rows = Zeilen
styles-empty = Leer
styles-main = Wichtigste
styles-usual = Übliche
styles-bare = Schlichte
styles-danger = Nimmt weg
styles-off = Aus
styles-link = Sieht aus wie ein Link
styles-kept = Ein ×, das nicht geht, sagt daneben, warum.
styles-sentence = Wer was darf und seit wann


## Mails

mail-footer = Gesendet von { $host }. Antworten an diese Adresse liest niemand.
mail-not-you = Wenn das nicht von Ihnen kommt, können Sie diese E-Mail ignorieren: Es geschieht nichts.
mail-link-hours = Der Link funktioniert nur einmal und gilt { $hours ->
    [one] eine Stunde
   *[other] { $hours } Stunden
}.
mail-link-minutes = Der Link funktioniert nur einmal und gilt { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
}.
mail-code-subject = { $code } ist Ihr Code für { $host }
mail-code-heading = Ihr Code
mail-code-text = Geben Sie ihn auf der Seite ein, auf der Sie gerade Ihr Konto bei { $host } anlegen.
mail-code-holds = Er gilt { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
}.
mail-known-subject = Sie haben schon ein Konto bei { $host }
mail-known-heading = Sie haben schon ein Konto
mail-known-text = Jemand, wahrscheinlich Sie selbst, wollte bei { $host } mit dieser Adresse ein Konto anlegen. Melden Sie sich stattdessen an.
mail-known-reset = Sie wissen Ihr Passwort nicht mehr? Wählen Sie ein neues: { $link }
mail-verify-subject = Bestätigen Sie Ihre Adresse für { $host }
mail-verify-heading = Bestätigen Sie Ihre Adresse
mail-verify-text = Sie gehört zu einem Konto bei { $host }.
mail-verify-button = Adresse bestätigen
mail-reset-subject = Neues Passwort für { $host } wählen
mail-reset-heading = Wählen Sie ein neues Passwort
mail-reset-text = Jemand, wahrscheinlich Sie selbst, hat das Passwort Ihres Kontos bei { $host } vergessen.
mail-reset-button = Neues Passwort wählen
mail-reset-not-you = Wenn das nicht von Ihnen kommt, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist.
mail-invitation-subject = Einladung zu { $organization }
mail-invitation-heading = Einladung zu { $organization }
mail-invitation-by = { $inviter } lädt Sie zu { $organization } bei { $host } ein.
mail-invitation-text = Sie sind zu { $organization } bei { $host } eingeladen.
mail-invitation-button = Einladung ansehen
mail-invitation-until = Die Einladung gilt nur für diese Adresse und endet am { $day }.
mail-invitation-not-you = Wenn Sie nichts davon wissen, können Sie diese E-Mail ignorieren.
mail-button-else = Falls die Schaltfläche nichts tut, öffnen Sie diese Adresse:
mail-choose = Wählen, welche E-Mails Sie bekommen
mail-fact-when = Wann
mail-fact-browser = Browser
mail-fact-network = IP-Adresse
mail-browser-on = { $browser } auf { $system }
mail-browser-unknown = Nicht bekannt
mail-sign-in-subject = Neue Anmeldung mit Ihrem Konto bei { $host }
mail-sign-in-heading = Eine neue Anmeldung
mail-sign-in-text = Jemand, wahrscheinlich Sie, hat sich mit Ihrem Konto bei { $host } in einem Browser angemeldet, der dafür noch nicht verwendet wurde.
mail-sign-in-button = Ihre Sitzungen ansehen
mail-sign-in-not-you = Waren Sie es nicht, beenden Sie diese Sitzung und ändern Sie Ihr Passwort.
mail-password-subject = Ihr Passwort bei { $host } wurde geändert
mail-password-heading = Ihr Passwort wurde geändert
mail-password-text = Das Passwort Ihres Kontos bei { $host } ist ein neues.
mail-password-operator = Ein Betreiber von { $host } hat ein neues Passwort für Ihr Konto gesetzt.
mail-password-not-you = Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort: Alle anderen werden dann abgemeldet.
mail-password-ask = Wissen Sie nicht, warum, fragen Sie die Menschen, die { $host } betreiben.
mail-deleted-subject = Ihr Konto bei { $host } wurde gelöscht
mail-deleted-text = Ihr Konto bei { $host } wurde gelöscht, und alle Anmeldungen damit sind beendet. Wenn Sie es zurückhaben möchten, melden Sie sich vor dem { $day } an; danach wird es endgültig gelöscht.
mail-deleted-not-you = Wenn Sie das nicht waren, melden Sie sich an und wählen Sie ein neues Passwort.
mail-roles-one = Ihnen wurde { $role } in { $organization } gegeben
mail-roles-in = Ihnen wurden neue Rollen in { $organization } gegeben
mail-roles-several = Ihnen wurden neue Rollen gegeben
mail-roles-others = { $count ->
    [one] eine weitere
   *[other] { $count } weitere
}
mail-roles-more = Und in { $count ->
    [one] einer weiteren Organisation
   *[other] { $count } weiteren Organisationen
}.
mail-roles-button = Ihre Organisationen ansehen
mail-roles-when = Anwendungen erfahren davon, wenn sie das nächste Mal nach Ihren Rollen fragen, binnen Minuten.
nav-notifications = Benachrichtigungen
notifications-text = E-Mails über Ihr Konto gehen an { $email }.
notifications-heading = E-Mails, die Sie bekommen
notifications-sign-in = Neue Anmeldungen
notifications-sign-in-text = Wenn sich jemand mit Ihrem Konto in einem Browser anmeldet, der dafür noch nicht verwendet wurde.
notifications-roles = Neue Rollen
notifications-roles-text = Wenn Ihnen Rollen in einer Organisation gegeben werden: höchstens eine E-Mail pro Stunde, mit allen zusammen.
notifications-foot = E-Mails über Ihr Passwort und Ihre Adresse kommen immer.
notifications-saved = Ihre Wahl der E-Mails ist gespeichert.
event-notices-changed = { $actor } hat gewählt, welche E-Mails kommen

## Invitations

nav-invitations = Einladungen
invite = Einladen
invite-with-more = Rollen, Gruppen und eine Nachricht wählen
invite-many = Mehrere einladen
invitation-new-title = Jemanden einladen
invitation-email-hint = An diese Adresse geht eine E-Mail mit einem Link. Die Einladung gilt nur für sie.
invitation-email-missing = Geben Sie eine E-Mail-Adresse ein.
invitation-already-member = Diese Person ist schon Mitglied.
invitation-already-invited = Diese Adresse ist schon eingeladen. Senden Sie jene Einladung noch einmal, oder widerrufen Sie sie zuerst.
invitation-see-present = Jene Einladung ansehen
invitation-roles = Rollen
invitation-roles-hint = Ohne Auswahl: was alle bekommen, die beitreten.
invitation-role-default = Was alle bekommen, die beitreten
invitation-groups = Gruppen
invitation-message = Nachricht
invitation-message-hint = Steht so in der E-Mail, wie Sie sie schreiben. Höchstens { $most } Zeichen.
invitation-until-hint = Ohne Tag gilt sie eine Woche.
invitation-application = Führt zu
invitation-application-none = Die Kontoseite
invitation-application-hint = Wo es für alle weitergeht, die den Link aus der E-Mail öffnen und beitreten.
invitation-new-foot = Mitglied wird erst, wer die Einladung annimmt.
invitation-sent = { $email } ist eingeladen.
invitation-see = Einladung ansehen
invitation-sent-again = Die Einladung an { $email } ist noch einmal gesendet. Der Link der vorigen E-Mail öffnet nichts mehr.
invitation-revoked = Die Einladung an { $email } ist widerrufen.
invitation-revoke = Widerrufen
invitation-revoke-question = Einladung an { $email } widerrufen?
invitation-revoke-text = Ihre Links öffnen nichts mehr. Sie können die Adresse wieder einladen.
invitation-resend = Noch einmal senden
invitation-resend-text = Eine neue E-Mail mit einem neuen Link. Die Einladung gilt dann noch mindestens eine Woche.
invitation-copy = Link kopieren
invitation-copy-text = Zum Weitergeben durch Sie selbst. Ein neuer Link beendet den zuvor gezeigten; der gesendete bleibt.
invitation-link = Link
invitation-link-shown = Kopieren Sie diesen Link jetzt. Er wird nur dieses eine Mal gezeigt.
invitation-link-hint = Nur für { $email }. Wer ihn öffnet, meldet sich mit dieser Adresse an oder legt ein Konto für sie an.
invitation-title = Einladung an { $email }
invitation-gives = Gibt
invitation-gives-default = Standardrollen
invitation-in-groups = In den Gruppen
invitation-by = Eingeladen von
invitation-since = Eingeladen
invitation-sent-at = Letzte E-Mail
invitation-ends = Endet
invitation-ended = Endete
invitation-answered = Beantwortet
invitation-leads-to = Führt zu
invitation-actions = Was Sie tun können
status-pending = Offen
status-accepted = Angenommen
status-declined = Abgelehnt
status-expired = Abgelaufen
status-revoked = Widerrufen
column-email = E-Mail-Adresse
column-invited-by = Eingeladen von
column-ends = Endet
invitations-shown = { $count ->
    [one] 1 Einladung
   *[other] { $count } Einladungen
  }
invitations-empty = Holen Sie andere dazu
invitations-empty-text = Laden Sie per E-Mail ein, einzeln oder mit einer ganzen Liste. Alle bekommen einen Link und die Rollen, die Sie wählen.
invitations-none-found = Keine Einladung hat diesen Stand
invitations-show-all = Alle Einladungen zeigen
sketch-mail = ada@example.com
invite-many-title = Mehrere einladen
invite-many-list = Adressen
invite-many-list-hint = Eine in jeder Zeile, oder eine Tabelle (CSV), deren erste Zeile die Spalten nennt: email und, wenn Sie möchten, roles, groups und message. Höchstens { $most } Personen.
invite-many-for-all = Für alle, zu denen die Liste nichts anderes sagt
invite-many-next = Liste prüfen
invite-many-foot = Noch wird nichts gesendet. Sie sehen zuerst, was in welcher Zeile falsch ist.
invite-many-missing = Geben Sie mindestens eine Adresse ein.
invite-many-too-many = Das sind mehr als { $most }. Laden Sie mit mehreren Listen ein.
invite-many-unreadable = Das ist nicht als Tabelle lesbar. Prüfen Sie die Anführungszeichen in Zeile { $line }.
invite-many-no-email = Die erste Zeile nennt keine Spalte „email“.
invite-many-preview-title = Liste prüfen
invite-many-good = { $count ->
    [0] Niemand kann eingeladen werden
    [one] 1 Person kann eingeladen werden
   *[other] { $count } Personen können eingeladen werden
  }
invite-many-bad = { $count ->
    [one] 1 Zeile wird ausgelassen
   *[other] { $count } Zeilen werden ausgelassen
  }
invite-many-bad-text = Was falsch ist, steht jeweils dabei. Gehen Sie zurück, um es zu ändern, oder laden Sie die anderen jetzt ein.
invite-many-send = { $count ->
    [one] 1 Person einladen
   *[other] { $count } Personen einladen
  }
invite-many-back = Liste ändern
invite-many-until = Jede Einladung endet am { $day }.
invite-many-sent = { $count ->
    [one] 1 Person ist eingeladen.
   *[other] { $count } Personen sind eingeladen.
  }
invite-many-sent-some = { $count ->
    [0] Niemand ist eingeladen
    [one] 1 Person ist eingeladen
   *[other] { $count } Personen sind eingeladen
  }, bei { $left } ging es nicht: { $why }
column-line = Zeile
invite-line-ok = Kann eingeladen werden
invite-line-message = Mit Nachricht
line-email-missing = Keine Adresse
line-email-malformed = Keine E-Mail-Adresse
line-twice = Wie in Zeile { $line }
line-already-member = Schon Mitglied
line-already-invited = Schon eingeladen
line-role-unknown = Keine Rolle { $role }
line-role-forbidden = Sie dürfen die Rolle { $role } nicht geben
line-group-unknown = Keine Gruppe { $group }
line-group-forbidden = Sie dürfen nicht geben, was die Gruppe { $group } enthält
line-single-role = Mehrere Rollen, wo jedes Mitglied genau eine hat
line-message-long = Die Nachricht hat mehr als { $most } Zeichen
line-too-many = Mehr als { $most } Rollen oder Gruppen
invited-to = für den Beitritt zu { $organization }
invited-by-to = { $inviter } lädt Sie zu { $organization } ein
fault-email-invited = Die Einladung gilt für eine andere Adresse. Verwenden Sie die, an die sie ging.
invitation-question = { $organization } beitreten?
invitation-member = Sie sind schon Mitglied von { $organization }
invitation-member-text = Die Einladung fügt dem, was Sie dort haben, nichts hinzu.
invitation-by-whom = { $inviter } lädt Sie ein.
invitation-you-are-invited = Sie sind eingeladen.
invitation-then = Danach geht es weiter zu { $app }.
invitation-you-get = Sie bekommen { $roles }
invitation-you-get-default = Sie werden Mitglied
invitation-you-get-groups = In { $groups }
invitation-you-get-text = Die Administratoren dort können das später ändern.
invitation-decline = Ablehnen
invitation-password-hint = Damit Sie zeigen, dass dieses Konto Ihres ist.
invitation-password-missing = Geben Sie Ihr Passwort ein.
invitation-password-wrong = Dieses Passwort stimmt nicht. Prüfen Sie es und versuchen Sie es noch einmal.
invitation-declined = Sie haben die Einladung zu { $organization } abgelehnt.
invitation-joined = Sie sind jetzt Mitglied von { $organization }.
invitation-was-member = Sie sind schon Mitglied von { $organization }. Die Einladung hat nichts hinzugefügt.
invitation-not-joined = Diese Einladung kann gerade nicht angenommen werden.
other-address-title = Diese Einladung gilt für eine andere Adresse
other-address-text = { $organization } hat { $address } eingeladen. Sie sind als { $email } angemeldet.
other-address-switch = Mit einem anderen Konto anmelden
suspended-title = Sie können gerade nicht beitreten
suspended-text = Ihre Mitgliedschaft in { $organization } ist gesperrt. Die Administratoren dort können sie wieder aktivieren.
join-was-member = Sie sind schon Mitglied von { $organization }.
join-invited = Sie werden Mitglied
join-invited-text = Mit dem, was Ihre Einladung gibt.
waiting-title = Sie sind eingeladen
waiting-by = { $inviter } lädt Sie ein
waiting-until = Bis { $day }
waiting-join = { $organization } beitreten
waiting-or = Oder legen Sie eine eigene an
refused-invitation-answered = Diese Einladung wurde schon beantwortet oder ist schon zu Ende.
refused-too-many-invitations = Zu viele Einladungen sind offen. Widerrufen Sie zuerst einige.
refused-too-many-mails = Heute wurden viele Personen eingeladen. Laden Sie morgen weitere ein.
refused-too-many-resends = Diese Einladung wurde heute oft gesendet. Senden Sie sie morgen wieder, oder kopieren Sie ihren Link.
refused-too-many-to-address = An diese Adresse gingen heute viele Einladungen. Senden Sie die nächste morgen.
refused-membership-suspended = Ihre Mitgliedschaft dort ist gesperrt. Die Administratoren dort können sie wieder aktivieren.
event-invitation-created = { $actor } hat { $invited } eingeladen
event-invitation-resent = { $actor } hat die Einladung an { $invited } noch einmal gesendet
event-invitation-link = { $actor } hat einen Link für die Einladung an { $invited } erzeugt
event-invitation-revoked = { $actor } hat die Einladung an { $invited } widerrufen
event-invitation-accepted = { $actor } hat eine Einladung angenommen
event-invitation-declined = Die Einladung an { $invited } wurde abgelehnt

## Domains and asking to join

nav-domains = Domains
nav-requests = Anfragen
domains-text = Weisen Sie nach, dass eine Domain Ihnen gehört. Dann können Sie alle, die eine bestätigte E-Mail-Adresse darin haben, ohne Einladung einlassen.
domains-open = Wer eine bestätigte E-Mail-Adresse in einer verifizierten Domain hat, kann beitreten.
domains-closed = Eine verifizierte Domain lässt für sich allein niemanden ein: Das legen Sie bei den Regeln zum Beitreten fest.
domains-settings = Wer beitreten darf
domain = Domain
domain-hint = Zum Beispiel acme.example. Domains öffentlicher E-Mail-Anbieter können nicht hinzugefügt werden.
domain-add = Domain hinzufügen
domain-add-foot = Sie zählt, sobald sie nachgewiesen ist.
domain-added = { $domain } ist hinzugefügt. Weisen Sie nun nach, dass die Domain Ihnen gehört.
domain-status-verified = Verifiziert
domain-status-pending = Noch nachzuweisen
domain-since = Am { $day } durch den Eintrag nachgewiesen. Nach dem Eintrag wird nicht erneut gesucht; er darf entfernt werden.
domain-since-operator = Am { $day } vom Betreiber dieses Servers als verifiziert gekennzeichnet.
domain-how = Legen Sie diesen Eintrag dort an, wo das DNS Ihrer Domain verwaltet wird. Es kann einige Minuten dauern, bis er überall zu sehen ist.
domain-record-type = Typ
domain-record-name = Name
domain-record-value = Wert
domain-copy-name = Namen für { $domain } kopieren
domain-copy-value = Wert für { $domain } kopieren
copied = Kopiert
domain-check = Jetzt prüfen
domain-check-named = Jetzt prüfen: { $domain }
domain-checked = Zuletzt gesucht: { $time }
domain-unchecked = Noch nicht gesucht
domain-mark = Als verifiziert kennzeichnen
domain-mark-named = Als verifiziert kennzeichnen: { $domain }
domain-verified = { $domain } ist verifiziert.
domain-found = Stattdessen wurde gefunden:
domain-no-record = Diesen Eintrag gibt es noch nicht. Vergleichen Sie den Namen; ein neuer Eintrag ist manchmal erst nach einer Weile zu sehen.
domain-other-value = Es gibt einen Eintrag mit diesem Namen, aber er enthält etwas anderes.
domain-no-answer = Die DNS-Server der Domain haben nicht rechtzeitig geantwortet. Versuchen Sie es gleich noch einmal.
domain-taken = Diese Domain gehört einer anderen Organisation auf diesem Server.
refused-too-many-domains = Eine Organisation kann 50 Domains haben. Entfernen Sie zuerst eine.
domain-checked-just-now = Danach wurde eben erst gesucht. Versuchen Sie es in einigen Sekunden noch einmal.
domain-remove = Entfernen
domain-remove-named = { $domain } entfernen
domain-remove-question = { $domain } entfernen?
domain-remove-text = Von nun an tritt niemand mehr mit einer Adresse dieser Domain bei, und eine andere Organisation kann sie nachweisen. Wer beigetreten ist, bleibt Mitglied.
domain-remove-pending = Sie ist noch nicht nachgewiesen, daher ändert sich für niemanden etwas.
domain-removed = { $domain } ist entfernt.
fault-domain-missing = Geben Sie eine Domain ein.
fault-domain-malformed = Geben Sie eine Domain wie acme.example ein, ohne http:// und ohne Pfad.
fault-domain-shared = Unter dieser Domain kann jeder eine E-Mail-Adresse haben. Geben Sie eine ein, die allein Ihrer Organisation gehört.
fault-domain-there = Diese Domain ist bereits vorhanden.
settings-domain = Über die Domain
settings-domain-text = Wer eine bestätigte E-Mail-Adresse in { $domains } hat, wird von selbst Mitglied; alle anderen auf Einladung.
settings-domain-none = Wer eine bestätigte E-Mail-Adresse in einer Ihrer Domains hat, wird von selbst Mitglied. Noch ist keine Domain verifiziert, daher kann es niemand.
settings-domain-add = Domain hinzufügen und nachweisen
settings-present-domain = Inzwischen wird über die Domain beigetreten. Speichern Sie erneut, um das zu ändern.
settings-requests = Beitritt kann angefragt werden
settings-requests-text = Wer eine bestätigte E-Mail-Adresse hat, den Link kennt und nicht beitreten darf, kann anfragen. Ein Administrator entscheidet.
field-of-join-requests = Beitritt kann angefragt werden
field-of-verified-by = Verifiziert durch
offers = Organisationen, denen Sie beitreten können
offers-why = Ihre E-Mail-Adresse bei { $domain } berechtigt Sie dazu.
ask-title = Beitritt zu { $organization } anfragen
ask-question = Beitritt zu { $organization } anfragen?
ask-text = Die Administratoren entscheiden, ob Sie Mitglied werden.
ask-seen = Sie sehen Ihren Namen und Ihre E-Mail-Adresse
ask-seen-text = Und was Sie unten schreiben.
ask-message = Nachricht
ask-message-hint = Wer Sie sind und warum Sie anfragen, in höchstens { $most } Zeichen.
ask-to-join = Beitritt anfragen
ask-pending = Die Administratoren sind benachrichtigt
ask-pending-text = Sie erhalten eine E-Mail von uns, wenn Sie bei { $organization } eingelassen werden.
ask-declined = Ihre Anfrage wurde abgelehnt
ask-declined-text = Sie können bei { $organization } eine Woche danach erneut anfragen.
ask-too-many = In letzter Zeit wurden zu viele Anfragen gestellt. Versuchen Sie es morgen noch einmal.
fault-join-message-long = Schreiben Sie höchstens { $most } Zeichen.
requests-text = Personen, die Mitglied werden möchten. Sie haben nachgewiesen, dass ihre E-Mail-Adresse ihnen gehört.
requests-none = Niemand wartet
requests-none-open = Wer ein Konto hat und diesen Link öffnet, kann den Beitritt anfragen:
requests-none-closed = Der Beitritt kann angefragt werden, sobald Sie es erlauben.
requests-settings = Ansehen, wer beitreten darf
requests-shown = { $count ->
    [one] 1 Anfrage
   *[other] { $count } Anfragen
}
request-accept = Annehmen
request-accept-named = { $name } annehmen
request-accepted = { $name } ist nun Mitglied.
request-decline = Ablehnen
request-decline-named = { $name } ablehnen
request-declined = Die Anfrage von { $name } ist abgelehnt.
overview-asking = { $count ->
    [one] Eine Person möchte beitreten
   *[other] { $count } Personen möchten beitreten
}
overview-asking-many = Mehr als { $count } Personen möchten beitreten
overview-asking-text = Nehmen Sie an, wer hierher gehört, und lehnen Sie die anderen ab.
overview-see-requests = Anfragen ansehen
event-domain-added = { $actor } hat die Domain { $domain } hinzugefügt
event-domain-proved = { $actor } hat die Domain { $domain } nachgewiesen
event-domain-marked = { $actor } hat die Domain { $domain } als verifiziert gekennzeichnet
event-domain-lost = Die Domain { $domain } ist nicht mehr verifiziert: Eine andere Organisation war schneller
event-domain-removed = { $actor } hat die Domain { $domain } entfernt
event-join-asked = { $subject } hat den Beitritt angefragt
event-join-accepted = { $actor } hat den Beitritt von { $subject } angenommen
event-join-closed = { $subject } wartet nicht mehr auf Antwort, da die Mitgliedschaft besteht
event-join-declined = { $actor } hat den Beitritt von { $subject } abgelehnt
mail-join-request-subject = { $organization }: Anfragen zum Beitritt
mail-join-request-heading = Anfragen zum Beitritt zu { $organization }
mail-join-request-text = { $count ->
    [one] Eine Person möchte { $organization } bei { $host } beitreten.
   *[other] { $count } Personen möchten { $organization } bei { $host } beitreten.
}
mail-join-request-button = Anfragen ansehen
mail-join-request-why = Sie erhalten diese E-Mail, weil Sie { $organization } administrieren. Sie kommt höchstens einmal pro Stunde.
mail-join-accepted-subject = Sie sind jetzt Mitglied von { $organization }
mail-join-accepted-heading = Sie sind jetzt Mitglied von { $organization }
mail-join-accepted-text = Sie haben den Beitritt zu { $organization } bei { $host } angefragt, und die Anfrage wurde angenommen.
mail-join-accepted-button = Ihre Organisationen ansehen

## Proving an address, and recovery

mail-new-address-subject = Bestätigen Sie Ihre neue Adresse für { $host }
mail-new-address-heading = Bestätigen Sie Ihre neue Adresse
mail-new-address-text = Ein Konto bei { $host } soll diese Adresse bekommen.
mail-old-address-subject = Ihr Konto bei { $host } soll eine andere Adresse bekommen
mail-old-address-heading = Eine andere Adresse für Ihr Konto
mail-old-address-text = Ihr Konto bei { $host } soll statt dieser die Adresse { $email } bekommen. Bestätigen Sie das auch hier.
mail-old-address-button = Änderung bestätigen
mail-old-address-not-you = Wenn Sie das nicht waren, bestätigen Sie nicht und ändern Sie Ihr Passwort: Jemand kennt es.
mail-taken-text = Jemand, wahrscheinlich Sie, wollte diese Adresse einem anderen Konto bei { $host } geben. Sie hat dort schon ein Konto.
mail-address-changed-subject = Ihr Konto bei { $host } hat eine andere Adresse
mail-address-changed-heading = Ihre Adresse wurde geändert
mail-address-changed-text = Ihr Konto bei { $host } hat seit { $at } (UTC) die Adresse { $email }. E-Mails gehen von nun an dorthin.
mail-address-changed-not-you = Wenn Sie das nicht waren, sagen Sie es sofort dem Betreiber von { $host }.

event-address-verified = { $subject } hat die eigene E-Mail-Adresse bestätigt
event-password-reset = { $subject } hat über einen Link per E-Mail ein neues Passwort gewählt
event-address-change-asked = { $subject } möchte eine andere E-Mail-Adresse
event-address-change-cancelled = { $subject } behält die E-Mail-Adresse
event-address-changed = { $subject } hat die E-Mail-Adresse geändert

forgot-password = Passwort vergessen?
forgot-title = Neues Passwort wählen
forgot-text = Wir schicken Ihnen dafür einen Link.
send-link = Link senden
back-to-sign-in = Zurück zur Anmeldung
too-many-asked = Aus Ihrem Netz kamen zu viele Anfragen. Versuchen Sie es in einer Weile noch einmal.
sent-title = Sehen Sie in Ihr Postfach
sent-text = Wenn { $email } hier ein Konto hat, ist ein Link unterwegs. Er gilt { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
}.
sent-nothing = Nach einer Minute noch nichts da? Sehen Sie im Spam-Ordner nach, oder prüfen Sie die Adresse. An eine Adresse gehen in einer Viertelstunde höchstens fünf E-Mails.
sent-again = Noch einmal anfordern
reset-title = Neues Passwort wählen
reset-text = Für { $email } bei { $host }.
reset-ends = Sie werden überall abgemeldet, und Anwendungen verlieren den Zugriff, den Sie ihnen gegeben haben, bis Sie sich wieder anmelden.
field-new-password = Neues Passwort
change-password = Passwort ändern
password-changed-sign-in = Passwort geändert. Melden Sie sich mit dem neuen an.
used-title = Dieser Link wurde schon benutzt
used-text = Mit ihm oder einem anderen Link von uns wurde ein Passwort gewählt. Wenn Sie noch einen brauchen, fordern Sie ihn an.
used-again = Anderen Link anfordern
verify-title = Bestätigen Sie Ihre Adresse
verify-text = Gehört { $email } zu Ihrem Konto bei { $host }?
verify-new-text = Ihr Konto bei { $host } bekommt statt { $email } die Adresse { $newEmail }.
verify-password-hint = Damit sicher ist, dass das Konto Ihres ist, geben Sie sein Passwort ein.
verify-password-wrong = Das ist nicht das Passwort des Kontos.
verify-no-password = Sie kennen es nicht, oder Sie haben dieses Konto nicht angelegt?
verify-no-password-link = Neues Passwort wählen
verified-title = Adresse bestätigt
verified-text = Sie können diese Seite schließen.
verified-waiting-title = Eine von zweien bestätigt
verified-waiting-text = Auch die andere Adresse muss bestätigen. Öffnen Sie den Link, den wir dorthin geschickt haben.
address-verified = Ihre Adresse ist bestätigt.
address-changed = Ihre Adresse ist jetzt { $email }.
address-other-waits = Bestätigt. Auch die andere Adresse muss bestätigen.
code-title = Geben Sie den Code ein
code-text = Wir haben ihn an { $email } geschickt.
code-hint = Acht Buchstaben und Ziffern. Er gilt { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
}.
code-missing = Geben Sie den Code aus der E-Mail ein.
code-wrong = Das ist nicht der Code. Prüfen Sie ihn, oder lassen Sie sich einen anderen schicken.
code-ended = Dieser Code gilt nicht mehr. Lassen Sie sich einen anderen schicken.
code-locked = Aus Ihrem Netz kamen zu viele falsche Codes. Versuchen Sie es in einer Weile noch einmal.
code-send-another = Anderen Code senden
code-other-address = Andere Adresse verwenden
code-sent-again = Ein anderer Code ist unterwegs. Der vorige gilt nicht mehr.
too-many-mails = An diese Adresse gingen zu viele E-Mails. Versuchen Sie es in einer Weile noch einmal.

## Security

nav-security = Sicherheit
security-text = Ihre Adresse und Ihr Passwort.
security-address = E-Mail-Adresse
security-address-text = Mit ihr melden Sie sich an, und E-Mails zu Ihrem Konto gehen dorthin.
security-change-address = Adresse ändern
unverified-title = Ihre Adresse ist nicht bestätigt
unverified-text = Öffnen Sie den Link, den wir an { $email } geschickt haben.
unverified-send = Link noch einmal senden
verification-sent = Ein Link ist unterwegs an { $email }.
address-waiting-title = { $email } wartet auf Bestätigung
address-waiting-new = Öffnen Sie den Link, den wir dorthin geschickt haben.
address-waiting-old = Öffnen Sie den Link, den wir an Ihre jetzige Adresse geschickt haben.
address-waiting-both = Öffnen Sie die Links, die wir dorthin und an Ihre jetzige Adresse geschickt haben.
address-waiting-until = Die Links gelten bis { $until }.
address-waiting-cancel = Jetzige Adresse behalten
address-change-cancelled = Ihre Adresse bleibt, wie sie ist.
address-change-asked = Ihre Adresse ändert sich, sobald { $email } bestätigt ist. Sehen Sie in Ihr Postfach.
address-title = Ihre Adresse ändern
address-present = Sie ist jetzt { $email }.
address-new = Neue E-Mail-Adresse
address-how = Wir schicken einen Link dorthin.
address-how-both = Wir schicken einen Link dorthin und einen an Ihre jetzige Adresse. Beide müssen geöffnet werden.
address-same = Das ist schon Ihre Adresse.
security-password = Passwort
field-current-password = Jetziges Passwort
password-wrong = Das ist nicht Ihr Passwort.
password-end-others = Überall sonst abmelden
password-end-others-hint = Andere Browser und Geräte, und der Zugriff, den Anwendungen von dort haben.
password-forgot-hint = Sie kennen es nicht?
password-changed = Passwort geändert.
password-changed-others-ended = Passwort geändert. Sie sind überall sonst abgemeldet.
event-password-changed = { $subject } hat das Passwort geändert

## Profile

field-language = Sprache
field-time-zone = Zeitzone
field-picture = Bild
as-browser-says = Wie mein Browser es angibt
time-zone-hint = Nach ihr beginnen und enden Tage, etwa wenn eine Rolle an einem Tag endet.
change-in-security = Ändern
profile-foot = Anwendungen sehen es bei der nächsten Anmeldung oder beim nächsten Token.
profile-saved = Ihr Profil ist gespeichert.
fault-choose-listed = Wählen Sie etwas aus der Liste.
your-picture = Ihr Bild
your-picture-hint = PNG, JPEG, WebP, GIF oder AVIF, bis 5 MB. Es wird quadratisch zugeschnitten.
picture-foot = Wer Sie sehen kann, kann es sehen. Orte und andere Angaben in der Datei werden nicht behalten.
picture-upload = Hochladen
picture-remove = Bild entfernen
picture-saved = Ihr Bild ist da.
picture-removed = Ihr Bild ist weg.
picture-missing = Wählen Sie zuerst ein Bild.
picture-too-large = Dieses Bild ist größer als 5 MB. Wählen Sie ein kleineres.
picture-not-one = Diese Datei ist kein Bild, das hier gelesen werden kann. Wählen Sie ein Bild als PNG, JPEG, WebP, GIF oder AVIF.
picture-too-many-pixels = Dieses Bild hat zu viele Pixel. Wählen Sie eines mit höchstens 40 Megapixeln.
picture-too-many = Sie haben zuletzt viele Bilder hochgeladen. Versuchen Sie es in einer Stunde noch einmal.
own-data = Ihre Daten
own-data-text = Eine Kopie dessen, was über Sie gespeichert ist: Profil, Mitgliedschaften mit ihren Rollen, Sitzungen, Anwendungen und was Sie getan haben.
own-data-foot = Eine JSON-Datei. Sie enthält kein Passwort.
own-data-download = Daten herunterladen
organization-picture = Bild
organization-picture-foot = Wird mit dem Namen gezeigt, auch allen, die eine Anmeldung zu ihr öffnen.
organization-picture-saved = Das Bild ist da.
organization-picture-removed = Das Bild ist weg.
settings-color = Farbe
settings-color-foot = Wird mit dem Namen gezeigt, auch allen, die eine Anmeldung zu ihr öffnen.
settings-present-color = Sie ist jetzt { $color ->
    [red] Rot
    [amber] Bernstein
    [green] Grün
    [teal] Türkis
    [blue] Blau
   *[violet] Violett
}.
settings-present-no-color = Sie hat jetzt keine eigene Farbe.
color-none = Keine
color-red = Rot
color-amber = Bernstein
color-green = Grün
color-teal = Türkis
color-blue = Blau
color-violet = Violett
last-used = Zuletzt verwendet
field-of-picture = Bild
field-of-color = Farbe

## Sessions

nav-sessions = Sitzungen
sessions-heading = Wo Sie angemeldet sind
sessions-text = Wenn Sie eine Sitzung beenden, wird dieser Browser abgemeldet, und es endet, was Anwendungen in ihr erhalten haben, auch für die Zeit Ihrer Abwesenheit.
end-all-others = Alle anderen Sitzungen beenden
end-all-others-text = Dieser Browser bleibt angemeldet.
session-on = { $browser } unter { $system }
session-at = { $what }
session-unknown = Ein Browser
session-of-device = Ein Gerät, dem Sie Zugriff gegeben haben
session-current = Dieser Browser
session-seen = zuletzt gesehen { $time }
session-allowed = erlaubt { $time }
session-ended = Diese Sitzung ist beendet.
other-sessions-ended = Alle Ihre anderen Sitzungen sind beendet.
event-own-session-ended = { $subject } hat eine eigene Sitzung beendet
event-other-sessions-ended = { $subject } hat alle anderen eigenen Sitzungen beendet

## Applications

nav-applications = Anwendungen
applications-text = Wenn Sie den Zugriff zurücknehmen, endet er sofort, in jeder Sitzung. Die Anwendung muss Sie wieder fragen.
applications-none = Keine Anwendung hat Zugriff
applications-none-text = Hier stehen die Anwendungen, bei denen Sie sich mit diesem Konto anmelden.
application-first-party = Gehört den Betreibern dieses Servers: Zugriff erhält sie ohne Frage, sobald Sie sie aufrufen.
access-identity = Wissen, wer Sie sind: { $what }
access-no-organization = Ohne Organisation
access-left = Eine Organisation, in der Sie nicht mehr sind
access-since = Seit { $time }
take-access-back = Zugriff zurücknehmen
access-taken-back = { $application } hat dort keinen Zugriff mehr.
event-consent-withdrawn = { $subject } hat den Zugriff von { $application } zurückgenommen

## Deleting and getting back

delete-type-name = Zur Bestätigung „{ $name }“ eingeben
delete-type-fault = Das ist nicht der Name. Geben Sie „{ $name }“ ein, so wie es hier steht.

organization-delete-question = { $name } löschen?
organization-delete-text = Alle werden sofort abgemeldet, und keine Anwendung erhält mehr ein Token für die Organisation.
organization-delete-kept = { $days } Tage lang kann die Administration sie zurückholen, mit Mitgliedern, Gruppen und Rollen, und der Slug ist so lange vergeben. Danach wird alles gelöscht.
organization-deleted = { $name } ist gelöscht. Sie können die Organisation innerhalb von { $days } Tagen zurückholen.
organizations-deleted = Gelöschte Organisationen
organization-erased-on = Endgültig gelöscht am { $date }
organization-restore = Zurückholen
organization-restore-named = Zurückholen: { $name }
organization-restored = { $name } ist zurück. Mitglieder können dort handeln, sobald sie sich neu angemeldet haben.
settings-delete = Organisation löschen
settings-delete-text = Beendet alles, was hier vergeben wurde. Zwei Wochen lang können Sie sie zurückholen.
settings-activate-deleted = Die Organisation wurde gelöscht und verschwindet am { $date }. Aktivieren nimmt das zurück.

account-delete = Konto löschen
account-delete-row = Sie werden überall abgemeldet. Zwei Wochen lang erhalten Sie es durch Anmelden zurück, dann wird es endgültig gelöscht.
account-delete-question = Ihr Konto löschen?
account-delete-text = Sie werden sofort überall abgemeldet, und jede Anwendung verliert ihren Zugriff.
account-delete-kept = { $days } Tage lang erhalten Sie es zurück, indem Sie sich mit { $email } anmelden. So lange kann niemand sonst diese Adresse verwenden.
account-delete-after = Danach werden Ihr Profil, Ihre Mitgliedschaften und Ihre Freigaben gelöscht. Was Sie getan haben, bleibt ohne Ihren Namen in den Aktivitäten Ihrer Organisationen.
account-delete-only-administrator = In den folgenden Organisationen sind Sie allein für die Administration zuständig. Geben Sie dort jemandem die Rolle oder löschen Sie die Organisationen, und kommen Sie dann zurück.
account-deleted-title = Ihr Konto ist gelöscht
account-deleted-text = Sie sind überall abgemeldet. Wenn Sie es zurückhaben möchten, melden Sie sich innerhalb von { $days } Tagen an.
account-deleted-back = Anmelden und zurückholen

event-account-deleted = { $subject } hat das eigene Konto gelöscht
event-account-restored = { $subject } hat das eigene Konto zurückgeholt
event-account-erased = Das Konto { $subject } wurde endgültig gelöscht
event-organization-deleted = { $actor } hat die Organisation gelöscht
event-organization-restored = { $actor } hat die Organisation zurückgeholt
event-organization-erased = Die Organisation { $subject } wurde endgültig gelöscht
