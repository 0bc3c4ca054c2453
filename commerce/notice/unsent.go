package notice

import (
	"sync"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/mail"
)

// maxUnsent bounds the mails that are kept for the next try. Those beyond are written anew.
const maxUnsent = 1000

// unsent keeps mails that could not be sent for the next try of their events. Writing a mail with a link makes a secret, of
// which an account has few: written anew with every try, a mail server that is away for a while would use them up, and the
// mail that could be sent at last would have none.
type unsent struct {
	mu    sync.Mutex
	mails map[uuid.UUID]mail.Message
}

func (u *unsent) keep(event uuid.UUID, m mail.Message) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.mails == nil {
		u.mails = map[uuid.UUID]mail.Message{}
	}
	if len(u.mails) < maxUnsent {
		u.mails[event] = m
	}
}

func (u *unsent) take(event uuid.UUID) (mail.Message, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	m, ok := u.mails[event]
	delete(u.mails, event)
	return m, ok
}
