package federation

import (
	"errors"
)

// Stopped is why a sign-in does not go on, in words for the person who signs in. They say no more about accounts than that
// person may know.
type Stopped struct {
	Reason      Reason
	Title, Text string
}

// Reason is why a sign-in does not go on, for programs.
type Reason string

// The reasons.
const (
	Unknown      Reason = "UNKNOWN_PROVIDER"    // no such provider, or not enabled
	NoReturn     Reason = "FOREIGN_RETURN"      // the address to return to is not the shop's
	Lost         Reason = "LOST"                // not begun in this browser, too late, or finished already
	Silent       Reason = "PROVIDER_SILENT"     // the provider does not answer, or cannot be used
	Distrusted   Reason = "PROVIDER_DISTRUSTED" // what the provider says cannot be believed
	Refused      Reason = "PROVIDER_REFUSED"    // the provider signs this person not in
	Unverified   Reason = "EMAIL_UNVERIFIED"    // the provider does not vouch for an email
	PasswordOnly Reason = "PASSWORD_FIRST"      // the email has an account that is not tied, and may not be
	NoAccount    Reason = "NO_ACCOUNT"          // there is no account, and none is made
	ClosedReason Reason = "ACCOUNT_CLOSED"      // the account is closed
	OtherSubject Reason = "TIED_TO_ANOTHER"     // the account is tied to somebody else at this provider
)

// Error is for logs.
func (s *Stopped) Error() string { return string(s.Reason) }

// StoppedBy takes the reason out of an error that carries one.
func StoppedBy(err error) (*Stopped, bool) { return errors.AsType[*Stopped](err) }

func stop(reason Reason, title, text string) error { return &Stopped{reason, title, text} }

func unknown() error {
	return stop(Unknown, "There is no such way to sign in", "Go back to the shop and choose another one.")
}

func lost() error {
	return stop(Lost, "This sign-in has ended", "It was begun in another browser, took too long, or was finished already. Go back to the shop and sign in again.")
}

func silent(p *stored) error {
	return stop(Silent, p.Title+" does not answer", "Nothing is wrong with your account. Try again in a moment, or sign in another way.")
}

func distrusted(p *stored) error {
	return stop(Distrusted, "We could not make sure that this is you", "What "+p.Title+" answered cannot be relied on. Go back to the shop and sign in again; if this page comes again, tell the shop.")
}

func unverified(p *stored) error {
	return stop(Unverified, p.Title+" does not vouch for your email", "Confirm your email at "+p.Title+" and sign in again, or sign in here with your password.")
}

func passwordFirst(p *stored) error {
	return stop(PasswordOnly, "Sign in with your password", "There is an account with your email here already, and we do not know yet that this email is yours. Sign in with the password. To use "+
		p.Title+" from then on, have a link for a new password mailed to you and set one: that shows us that the email is yours.")
}

func noTies(p *stored) error {
	return stop(PasswordOnly, "Sign in with your password", "There is an account with your email here already, and this shop does not let "+p.Title+" open it.")
}

func noAccount(p *stored) error {
	if p.Audience == Staff {
		return stop(NoAccount, "You are not of this shop's staff", "Ask whoever runs the shop to add you with the email that you have at "+p.Title+".")
	}
	return stop(NoAccount, "There is no account with your email", "Go back to the shop and open one.")
}

func closed() error {
	return stop(ClosedReason, "This account is closed", "Ask the shop if you think that it should not be.")
}

func tiedToAnother(p *stored) error {
	return stop(OtherSubject, "Another sign-in belongs to this account", "The account with your email is opened by somebody else's sign-in at "+p.Title+". Ask the shop if both are yours.")
}
