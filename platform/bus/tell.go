package bus

import "github.com/nats-io/nats.go"

// Tell says something to every process of the deployment that hears the topic, this one included. It is quick and is kept
// nowhere: a process that is away at this moment never hears it, so nothing may depend on it but speed.
func (b *Bus) Tell(topic string, message []byte) error {
	return b.conn.Publish(b.tellSubject(topic), message)
}

// Hear calls a function with what is told under a topic, one message at a time, until the bus is closed. The function must
// be quick and keep nothing of the message.
func (b *Bus) Hear(topic string, heard func(message []byte)) error {
	_, err := b.conn.Subscribe(b.tellSubject(topic), func(m *nats.Msg) { heard(m.Data) })
	return err
}

func (b *Bus) tellSubject(topic string) string { return "rialto." + b.config.Name + ".tell." + topic }
